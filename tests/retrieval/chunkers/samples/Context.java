package org.kitchen.core;

import java.util.List;

/**
 * Holds resources. <p>
 * All of them.
 *
 * @author someone
 */
@Deprecated
public class Context<T> extends Base implements Holder {
    private static final int LIMIT = 3;

    private Context() {
    }

    /** Closes it. */
    @Override
    public void close(int code) throws Exception {
        System.exit(code);
    }

    private void hide() {
    }

    enum State {
        OPEN, CLOSED;

        boolean isOpen() {
            return this == OPEN;
        }
    }
}

interface Holder {
    int hold(String name);
}
