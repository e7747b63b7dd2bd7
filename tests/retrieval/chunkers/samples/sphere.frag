#version 330
#define SAMPLES 4
uniform vec4 tint;
in vec3 position;

struct Light {
    vec3 place;
};

// Distance to a sphere.
float sphere(in vec3 point, float radius)
{
    return length(point) - radius;
}

void main() {
    gl_FragColor = tint;
}
