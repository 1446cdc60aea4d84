package spice.follow;

import java.io.PrintStream;
import spice.temporal.StepsUnderWay;

/// For a log, a pipe, or a terminal that scrolls: one line an event, and a summary at the end.
final class LinesView implements RunView {
    private final PrintStream out;
    private final boolean isAnswered;

    /// @param isAnswered whether a person reads the lines as they are written
    LinesView(PrintStream out, boolean isAnswered) {
        this.out = out;
        this.isAnswered = isAnswered;
    }

    @Override
    public void show(RunEvent event) {
        switch (event) {
            case RunEvent.Doing doing -> {
                if (!doing.state().equals("iterating")) {
                    out.println(doing.state());
                }
            }
            case RunEvent.Iterated iterated -> out.println(ProgressLine.of(iterated));
            case RunEvent.Warned warned -> out.println("warning: " + warned.message());
            case RunEvent.Working working -> out.println(StepsUnderWay.inWords(working.steps()));
            case RunEvent.Waits waits -> out.println(waits.reason());
            case RunEvent.NeedsAttention trouble -> {
                out.println("%s: %s".formatted(trouble.name(), trouble.message()));
                out.println("what to do about it: spice retry %1$s [--fresh], spice skip %1$s, or spice abort %1$s"
                        .formatted(trouble.run()));
            }
            case RunEvent.Ended ended -> out.print(Summary.of(ended));
            // The program's error or the summary says it.
            case RunEvent.Failed _, RunEvent.Evaluated _ -> {}
        }
    }

    @Override
    public boolean isAnswered() {
        return isAnswered;
    }
}
