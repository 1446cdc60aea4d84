package spice.chaos;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// A small in-memory file system for the workers' cache, which can be filled. Only root can mount it.
///
/// @param folder where it is mounted
record SmallDisk(Path folder) implements AutoCloseable {
    private static final int MEGABYTES = 256;
    private static final String FILLER = "filler";
    private static final long PATIENCE_SECONDS = 10;

    /// Mounts the file system; empty if that fails.
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
            // The disk is full, as intended.
        }
    }

    void free() throws IOException {
        Files.deleteIfExists(folder.resolve(FILLER));
    }

    /// Unmounts the file system, which goes once no process has a file open on it.
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
            // The program does not exist.
            return false;
        }
    }
}
