package spice.temporal;

import java.time.Duration;

/// How long each kind of program waits for a Temporal server to answer.
public final class Patience {
    /// A command that needs the server, which should be up already.
    public static final Duration COMMAND = Duration.ofSeconds(5);
    /// A command that only looks: with its own start it says within five seconds that there is nothing to see.
    public static final Duration LOOK = Duration.ofSeconds(3);
    /// A command that shows more if the server answers, and works without it too.
    public static final Duration OPTIONAL = Duration.ofSeconds(2);
    /// A command on a stack that it has just started or found: on a busy machine the server is slow to answer.
    public static final Duration OWN_STACK = Duration.ofSeconds(30);
    /// A worker, which may be started before the server.
    public static final Duration LASTING = Duration.ofSeconds(60);

    private Patience() {}
}
