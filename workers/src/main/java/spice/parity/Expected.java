package spice.parity;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import spice.model.Trajectory;
import spice.store.Json;

/// The part of a model's `expected.json` that parity needs; the tests of the module `model` use the rest.
///
/// @param text tokens whose logits are compared
/// @param prompt that the greedy tokens continue
/// @param greedy tokens that transformers generates
/// @param batch texts to learn from
@SuppressWarnings("ArrayRecordComponent") // read from JSON; never compared
record Expected(int[] text, int[] prompt, int[] greedy, List<Text> batch) {
    /// A text to learn from.
    ///
    /// @param trained for each token, whether it is learned
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
