package spice.activities;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import spice.model.ModelConfig;
import spice.model.TinyModel;
import spice.settings.RunSettings;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.workflows.CheckpointRef;
import spice.workflows.CorpusRef;
import spice.workflows.IterationRequest;
import spice.workflows.OpenedRun;

/// An iteration in a store, with a small model before it, of which any step can be taken.
final class Steppable {
    private Steppable() {}

    /// The first iteration from this model.
    static IterationRequest iteration(BlobStore store, Path model, RunSettings settings) {
        CheckpointRef base = CommittedModel.commit(store, model, Checkpoints.BASE, 0);
        BlobRef nothing = Blobs.put(store, List.of());
        return new IterationRequest(
                settings,
                new OpenedRun("line", "branch", base, base, new CorpusRef(nothing, 0, 0, 0), nothing),
                1,
                base,
                List.of(),
                Optional.empty());
    }

    static Path model(Path folder, ModelConfig config) {
        try {
            return TinyModel.create(Files.createDirectories(folder), config, 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// As many episodes of these many tokens, half of them sampled, as the judge would leave them.
    static BlobRef episodes(BlobStore store, int count, int tokens, int vocabulary) {
        Random random = new Random(1);
        List<Episode> episodes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int[] prompt = random.ints(tokens / 2, 1, vocabulary).toArray();
            int[] reply = random.ints(tokens / 2, 1, vocabulary).toArray();
            float[] logProbs = new float[reply.length];
            for (int t = 0; t < logProbs.length; t++) {
                logProbs[t] = -2 - random.nextFloat();
            }
            episodes.add(new Episode(
                    i % 2 == 0 ? Role.CHALLENGER : Role.REASONER,
                    List.of(new Span(prompt, new float[0]), new Span(reply, logProbs)),
                    random.nextGaussian()));
        }
        return Blobs.put(store, episodes);
    }

    /// A lane of posing that left these many tasks, in one document.
    static BlobRef posed(BlobStore store, int count) {
        List<PosedTask> tasks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            tasks.add(Samples.posed(i, Samples.task("w%d w%d".formatted(i % 11 + 1, i / 11 % 11 + 1), "3")));
        }
        BlobRef shard = Blobs.put(store, List.of(new PosedDocument(0, count, count, Map.of(), Map.of(), tasks)));
        return Blobs.put(store, List.of(new Lane.Shard(0, shard)));
    }
}
