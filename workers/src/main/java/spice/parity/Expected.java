package spice.parity;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import spice.model.Trajectory;
import spice.store.Json;

/// Of a model's `expected.json`, what we compute with as well; the rest is for the tests of the module `model`.
///
/// @param text tokens whose logits are compared
/// @param prompt of the greedy tokens
/// @param greedy what transformers generates
/// @param batch texts to learn from
@SuppressWarnings("ArrayRecordComponent") // read from JSON; never compared
record Expected(int[] text, int[] prompt, int[] greedy, List<Text> batch) {
    /// @param tokens of a text
    /// @param trained which of them are learned
    record Text(int[] tokens, boolean[] trained) {
        Trajectory trajectory() {
            return new Trajectory(tokens, trained, new float[tokens.length], 1, 1);
        }
    }

    static Expected read(Path model) {
        Path file = model.resolve("expected.json");
        try {
            return Json.read(Files.readAllBytes(file), Expected.class, file.toString());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read %s".formatted(file), e);
        }
    }

    List<Trajectory> trajectories() {
        return batch.stream().map(Text::trajectory).toList();
    }
}
