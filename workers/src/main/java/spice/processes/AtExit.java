package spice.processes;

/// A task that runs if the program is told to stop (Ctrl-C, SIGTERM) before this is closed.
public final class AtExit implements AutoCloseable {
    private final Thread hook;

    private AtExit(Thread hook) {
        this.hook = hook;
    }

    public static AtExit run(Runnable task) {
        Thread hook = new Thread(task, "at-exit");
        Runtime.getRuntime().addShutdownHook(hook);
        return new AtExit(hook);
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The program is stopping: the task runs already.
        }
    }
}
