package spice.model;

import java.util.function.Supplier;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/// A call in which the model samples or learns, as an event of Java's flight recorder. It separates the model's
/// time from the rest of a step. It costs nothing without a recording.
@Name(ModelWork.NAME)
@Label("Model Work")
@Description("A call that samples from the model or trains it")
@Category("SPICE")
@StackTrace(false)
public final class ModelWork extends Event {
    /// The event's name.
    public static final String NAME = "spice.ModelWork";

    private ModelWork() {}

    /// Runs a computation and records it as one event.
    static <T> T recorded(Supplier<T> computation) {
        ModelWork work = new ModelWork();
        work.begin();
        try {
            return computation.get();
        } finally {
            work.commit();
        }
    }
}
