package spice.checkpoints;

import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import spice.model.HuggingFaceCodec;
import spice.model.ModelException;
import spice.model.ModelFolder;

/// The program that tries a model's tokenizer, in a JVM of its own: `TokenizerProgram FOLDER`. Its result is only
/// whether it dies.
public final class TokenizerProgram {
    /// How often a character follows itself in the tried text, for patterns that go back and forth over such a run.
    private static final int RUN = 1_000;

    private TokenizerProgram() {}

    /// Opens the tokenizer, writes a text in its tokens and reads it back.
    public static void main(String[] arguments) {
        try (HuggingFaceCodec codec = ModelFolder.codec(Path.of(arguments[0]))) {
            // Latin, Greek, Cyrillic, Hebrew, Arabic, punctuation, kana, a few ideographs, emoji.
            String characters = IntStream.of(0x20, 0x590, 0x2000, 0x3040, 0x4e00, 0x1f600)
                    .flatMap(from -> IntStream.range(from, from == 0x20 ? 0x530 : from + 0x80))
                    .mapToObj(Character::toString)
                    .collect(Collectors.joining());
            codec.decode(codec.encode(characters));
            for (String each : new String[] {"a", " ", "\n", "0", "ab "}) {
                codec.decode(codec.encode(each.repeat(RUN) + "!"));
            }
        } catch (ModelException _) {
            // The next to open it says so.
        }
    }
}
