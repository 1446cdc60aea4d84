package spice.training;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import spice.model.Trajectory;
import spice.store.StoreException;

/// Log-probabilities of batches of trajectories as bytes: one big-endian float32 per token, in order, without gaps.
final class LogProbs {
    private LogProbs() {}

    static byte[] bytes(List<float[][]> batches) {
        int count = 0;
        for (float[][] batch : batches) {
            for (float[] trajectory : batch) {
                count += trajectory.length;
            }
        }
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(count, Float.BYTES));
        for (float[][] batch : batches) {
            for (float[] trajectory : batch) {
                bytes.asFloatBuffer().put(trajectory);
                bytes.position(bytes.position() + trajectory.length * Float.BYTES);
            }
        }
        return bytes.array();
    }

    /// @throws StoreException if the bytes are not those of these batches
    static List<float[][]> of(byte[] bytes, List<List<Trajectory>> batches) {
        long count = batches.stream()
                .flatMap(List::stream)
                .mapToLong(trajectory -> trajectory.tokens().length)
                .sum();
        if (bytes.length != count * Float.BYTES) {
            throw new StoreException(
                    "%d bytes are not the log-probabilities of %d tokens".formatted(bytes.length, count));
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        List<float[][]> all = new ArrayList<>();
        for (List<Trajectory> batch : batches) {
            float[][] ofBatch = new float[batch.size()][];
            for (int i = 0; i < ofBatch.length; i++) {
                ofBatch[i] = new float[batch.get(i).tokens().length];
                buffer.asFloatBuffer().get(ofBatch[i]);
                buffer.position(buffer.position() + ofBatch[i].length * Float.BYTES);
            }
            all.add(ofBatch);
        }
        return all;
    }
}
