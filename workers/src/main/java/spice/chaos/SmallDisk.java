package spice.chaos;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// A disk of its own for the workers' cache, in memory and so small that it can be filled. Only root may mount one.
///
/// @param folder where it is mounted
record SmallDisk(Path folder) implements AutoCloseable {
    private static final int MEGABYTES = 256;
    private static final String FILLER = "filler";
    private static final long PATIENCE_SECONDS = 10;

    /// Empty if it cannot be mounted.
    static Optional<SmallDisk> mount(Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        return run("mount", "-t", "tmpfs", "-o", "size=%dm".formatted(MEGABYTES), "spice-chaos", folder.toString())
                ? Optional.of(new SmallDisk(folder))
                : Optional.empty();
    }

    void fill() throws IOException {
        byte[] block = new byte[1 << 20];
        try (OutputStream out = Files.newOutputStream(folder.resolve(FILLER))) {
            for (int written = 0; written < MEGABYTES; written++) {
                out.write(block);
            }
        } catch (IOException e) {
            // It is full: that was wanted.
        }
    }

    void free() throws IOException {
        Files.deleteIfExists(folder.resolve(FILLER));
    }

    /// Lets go of it, at the latest when the last process that has a file on it has ended.
    @Override
    public void close() throws IOException {
        try {
            run("umount", "--lazy", folder.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean run(String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            // There is no such program.
            return false;
        }
    }
}
