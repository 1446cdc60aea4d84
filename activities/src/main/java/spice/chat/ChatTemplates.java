package spice.chat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import spice.model.ModelException;
import spice.model.ModelFolder;
import spice.steps.LimitedJvm;
import spice.steps.Steps;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Folders;
import spice.store.Json;
import spice.store.StepKey;

/// The chat templates of models in the store. A template is a program that anyone may have written, so it runs in a
/// limited JVM of its own, once for each model: what came of it is kept in the store, also that it cannot be used.
/// So a template that fills the memory or does not end costs no worker anything, and is not tried again.
public final class ChatTemplates {
    private static final String STEP = "chat-template";
    /// Raised by hand when the same files would give another result.
    private static final int VERSION = 1;
    /// Bytes. The marks of a tokenizer with a thousand special tokens take less than a tenth.
    private static final long LONGEST_READING = 1 << 20;

    private ChatTemplates() {}

    private record Inputs(Map<String, BlobRef> files, Collection<Integer> stopTokens) {}

    /// The template of a model.
    ///
    /// @param files of the model
    /// @param stopTokens the tokens that end the model's replies
    /// @throws ModelException if the template cannot be used
    public static ChatTemplate of(BlobStore store, Map<String, BlobRef> files, Collection<Integer> stopTokens) {
        return of(store, files, stopTokens, LimitedJvm.USUAL);
    }

    static ChatTemplate of(
            BlobStore store, Map<String, BlobRef> files, Collection<Integer> stopTokens, LimitedJvm jvm) {
        Map<String, BlobRef> needed = new TreeMap<>(files);
        needed.keySet().retainAll(ChatTemplateReader.FILES);
        StepKey key = new StepKey(STEP, VERSION, Json.digest(new Inputs(needed, stopTokens)));
        BlobRef result = new Steps(store)
                .once(key, () -> store.put(Json.bytes(reading(store, needed, stopTokens, jvm))))
                .blob();
        TemplateReading reading = Json.read(store.get(result), TemplateReading.class, "the reading of a template");
        return reading.texts().map(ChatTemplate::new).orElseThrow(() -> new ModelException(reading.refusal()));
    }

    private static TemplateReading reading(
            BlobStore store, Map<String, BlobRef> files, Collection<Integer> stopTokens, LimitedJvm jvm) {
        for (Map.Entry<String, BlobRef> file : files.entrySet()) {
            if (file.getValue().bytes() > ModelFolder.LARGEST_COMPANION) {
                return TemplateReading.refused("the model's %s has %,d bytes, more than the %,d that are read"
                        .formatted(file.getKey(), file.getValue().bytes(), ModelFolder.LARGEST_COMPANION));
            }
        }
        try {
            Path folder = Files.createTempDirectory("template-");
            try {
                files.forEach((name, blob) -> store.copyTo(blob, folder.resolve(name)));
                List<String> arguments = Stream.concat(
                                Stream.of(folder.toString()),
                                stopTokens.stream().map(String::valueOf))
                        .toList();
                Optional<String> death = jvm.run(TemplateProgram.class, folder, arguments);
                return death.map(why -> TemplateReading.refused(ChatTemplateReader.unusable(why)))
                        .orElseGet(() -> result(folder.resolve(TemplateProgram.RESULT)));
            } finally {
                Folders.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot keep a chat template for the moment", e);
        }
    }

    private static TemplateReading result(Path file) {
        try {
            if (Files.size(file) > LONGEST_READING) {
                return TemplateReading.refused(
                        ChatTemplateReader.unusable("with the tokenizer's special tokens it is too long"));
            }
            return Json.read(Files.readAllBytes(file), TemplateReading.class, "the reading of a template");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }
}
