#pragma once
#include <string>

PYBIND11_NAMESPACE_BEGIN(detail)

namespace py::detail {

/// Casts values. By type.
template <typename T>
class PYBIND11_EXPORT Caster : public Base<T> {
public:
    Caster() : value(1) {}
    ~Caster();

    // Loads it.
    bool load(const std::string &source, bool convert) const {
        return convert;
    }

    explicit operator bool() const { return true; }

private:
    int value;
};

namespace {
int hidden(int a) { return a; }
}

}  // namespace py::detail

template <typename T>
py::detail::Caster<T>::~Caster() {
    value = 0;
}

std::string &operator+(std::string &a, int b) { return a; }

extern "C" {
int exported(void) { return 1; }
}

PYBIND11_NAMESPACE_END(detail)
