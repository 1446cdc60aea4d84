package spice.training;

import com.fasterxml.jackson.databind.ObjectWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import spice.model.Trajectory;
import spice.store.Json;

/// Batches of trajectories as gzipped JSON lines, which any language reads: one trajectory per line. Equal batches
/// give equal bytes.
final class TrajectoryLines {
    private static final ObjectWriter LINES = Json.mapper().writerFor(Line.class);

    private TrajectoryLines() {}

    /// One trajectory.
    ///
    /// @param update number of the update that uses it, from 0
    @SuppressWarnings("ArrayRecordComponent") // written as JSON; never compared
    private record Line(
            int update, int[] tokens, boolean[] trained, float[] samplerLogProbs, double advantage, double weight) {}

    static void write(Path file, List<List<Trajectory>> batches) {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file), 1 << 16)) {
            for (int update = 0; update < batches.size(); update++) {
                for (Trajectory one : batches.get(update)) {
                    out.write(LINES.writeValueAsBytes(new Line(
                            update,
                            one.tokens(),
                            one.trained(),
                            one.samplerLogProbs(),
                            one.advantage(),
                            one.weight())));
                    out.write('\n');
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write %s".formatted(file), e);
        }
    }
}
