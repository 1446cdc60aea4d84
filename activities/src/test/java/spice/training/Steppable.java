package spice.training;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import spice.checkpoints.Checkpoints;
import spice.checkpoints.CommittedModel;
import spice.judging.Episode;
import spice.judging.Role;
import spice.judging.Samples;
import spice.model.ModelConfig;
import spice.model.TinyModel;
import spice.roles.PosedDocument;
import spice.roles.PosedTask;
import spice.roles.Span;
import spice.runs.CheckpointRef;
import spice.runs.CorpusRef;
import spice.runs.IterationRequest;
import spice.runs.OpenedRun;
import spice.settings.RunSettings;
import spice.steps.BlobList;
import spice.steps.Lane;
import spice.store.BlobRef;
import spice.store.BlobStore;

/// Writes into a store what single steps of an iteration need: a small model, episodes, posed tasks.
public final class Steppable {
    private Steppable() {}

    /// The first iteration from this model.
    public static IterationRequest iteration(BlobStore store, Path model, RunSettings settings) {
        CheckpointRef base = CommittedModel.commit(store, model, Checkpoints.BASE, 0);
        BlobRef nothing = BlobList.put(store, List.of());
        return new IterationRequest(
                settings,
                new OpenedRun("line", "branch", base, base, new CorpusRef(nothing, 0, 0, 0), nothing),
                1,
                base,
                List.of(),
                Optional.empty());
    }

    public static Path model(Path folder, ModelConfig config) {
        try {
            return TinyModel.create(Files.createDirectories(folder), config, 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Stores `count` episodes of `tokens` tokens, half of them sampled, as the judge leaves them.
    public static BlobRef episodes(BlobStore store, int count, int tokens, int vocabulary) {
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
        return BlobList.put(store, episodes);
    }

    /// Stores a posing lane's result: `count` tasks on one document.
    public static BlobRef posed(BlobStore store, int count) {
        List<PosedTask> tasks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            tasks.add(Samples.posed(i, Samples.task("w%d w%d".formatted(i % 11 + 1, i / 11 % 11 + 1), "3")));
        }
        BlobRef shard = BlobList.put(store, List.of(new PosedDocument(0, count, count, Map.of(), Map.of(), tasks)));
        return BlobList.put(store, List.of(new Lane.Shard(0, shard)));
    }
}
