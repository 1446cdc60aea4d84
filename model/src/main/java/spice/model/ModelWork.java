package spice.model;

import java.util.function.Supplier;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/// The time in which the model samples or learns, for Java's flight recorder: what of a step is the model's, and
/// what the step's own. Costs nothing unless a recording asks for it.
@Name(ModelWork.NAME)
@Label("Model Work")
@Description("A call that samples from the model or trains it")
@Category("SPICE")
@StackTrace(false)
public final class ModelWork extends Event {
    /// Of the event.
    public static final String NAME = "spice.ModelWork";

    private ModelWork() {}

    /// Computes with the model, on record.
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
