package spice.domain;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// A seed with child seeds by label and index. An attempt is the same on every retry and every machine, whatever
/// was drawn before it.
public record Seed(long value) {

    /// The child of this label and these indices: the first eight bytes of SHA-256 over the parent's value, the
    /// label and the indices.
    public Seed child(String label, long... indices) {
        MessageDigest sha256 = sha256();
        sha256.update(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
        sha256.update(label.getBytes(StandardCharsets.UTF_8));
        for (long index : indices) {
            sha256.update(ByteBuffer.allocate(Long.BYTES).putLong(index).array());
        }
        return new Seed(ByteBuffer.wrap(sha256.digest()).getLong());
    }

    /// A generator that starts from this seed. The algorithm is named so that a newer JDK draws the same numbers.
    public RandomGenerator random() {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(value);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
