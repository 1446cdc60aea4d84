package spice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.processes.Holder;
import spice.program.UserError;

class PortsTest {
    @TempDir
    Path folder;

    @Test
    void aTakenPortIsOneLineWithItsHolderAndTheRemedy() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = socket.getLocalPort();

            assertThatThrownBy(() -> Ports.requireFree(port, "the Temporal server", "SPICE_TEMPORAL_PORT"))
                    .isInstanceOf(UserError.class)
                    .hasMessageStartingWith("port %d, which the Temporal server needs, is taken by process %d "
                            .formatted(port, ProcessHandle.current().pid()))
                    .hasMessageEndingWith("Stop that, or set SPICE_TEMPORAL_PORT to a free port.")
                    .hasMessageNotContaining("\n");
        }
    }

    @Test
    void aPortThatWasGivenBackIsFree() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }

        assertThatCode(() -> Ports.requireFree(port, "the S3 server", "SPICE_S3_PORT"))
                .doesNotThrowAnyException();
    }

    @Test
    void theHolderOfAFileIsFound() throws IOException {
        Path file = folder.resolve("temporal.db");
        try (FileChannel _ = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            assertThat(Holder.ofFile(file).map(Holder::pid))
                    .contains(ProcessHandle.current().pid());
        }
        assertThat(Holder.ofFile(file)).isEmpty();
    }
}
