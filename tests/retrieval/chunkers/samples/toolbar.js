#!/usr/bin/env node
import { $$ } from "./utils.js";

const LIMIT = 3;

/**
 * Shows the panel. Hides the others.
 *
 * @param {string} id
 */
export async function showPanel(id, { quick = false } = {}) {
    const panel = document.getElementById(id);
    panel.hidden = false;
    return panel;
}

// Handles the handle.
const toolbar = {
    /** Begins. */
    init() {
        this.handle = 1;
    },
    hide: function (event) {
        return event;
    },
};

export default class Panel extends HTMLElement {
    #state = 1;

    /** Makes one. */
    constructor(name) {
        super();
        this.name = name;
    }

    get title() {
        return this.name;
    }

    _hidden() {}
}

(function ($) {
    // Runs inside.
    function inside(a) {
        return a;
    }
    $(inside);
})(jQuery);

Panel.prototype.open = function () {
    return true;
};

document.addEventListener("click", () => {
    toolbar.init();
});
