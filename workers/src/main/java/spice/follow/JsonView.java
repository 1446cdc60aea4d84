package spice.follow;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import spice.store.Json;

/// For programs: one JSON object a line, each written and flushed as a whole.
final class JsonView implements RunView {
    private final PrintStream out;

    JsonView(PrintStream out) {
        this.out = out;
    }

    @Override
    public void show(RunEvent event) {
        out.println(new String(Json.bytes(event), StandardCharsets.UTF_8));
        out.flush();
    }

    @Override
    public boolean isAnswered() {
        return true;
    }
}
