package spice.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.processes.ProcessMark;

class StackStateTest {
    @TempDir
    Path folder;

    @Test
    void itIsReadAsItWasWritten() throws IOException {
        ProcessMark us = ProcessMark.ours();
        StackState state = new StackState(
                us,
                true,
                "1.31.2, kept from an earlier start",
                Optional.of("127.0.0.1:7233"),
                Optional.of(URI.create("http://127.0.0.1:8233")),
                Optional.empty(),
                List.of(new WorkerPlan("gpu-worker", "spice.cli.Spice", List.of("worker"), "512m")),
                List.of(new StackState.Running("gpu-worker", us, "ab")));
        state.write(folder.resolve("stack.json"));

        assertThat(StackState.read(folder.resolve("stack.json"))).contains(state);
    }

    @Test
    void aTornFileIsAsGoodAsNone() throws IOException {
        assertThat(StackState.read(folder.resolve("stack.json"))).isEmpty();
        Files.writeString(folder.resolve("stack.json"), "{\"up\":tr");
        assertThat(StackState.read(folder.resolve("stack.json"))).isEmpty();
    }

    @Test
    void aProcessWithAnotherStartIsAnotherProcess() {
        ProcessMark us = ProcessMark.ours();

        assertThat(us.find()).contains(ProcessHandle.current());
        assertThat(new ProcessMark(us.pid(), us.boot(), us.startTicks() - 1).find())
                .isEmpty();
    }
}
