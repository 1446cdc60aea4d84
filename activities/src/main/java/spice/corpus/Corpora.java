package spice.corpus;

import java.util.List;
import spice.domain.Passage;
import spice.domain.Seed;
import spice.ingest.CorpusManifest;
import spice.ingest.CorpusReader;
import spice.settings.RunSettings;
import spice.store.BlobRef;
import spice.store.BlobStore;

/// The passages of an ingested corpus, as a run may use them.
public final class Corpora {
    private Corpora() {}

    /// The passages to learn from: all of them, or what [HeldBack] leaves where there is no held-out file.
    public static List<Passage> toLearnFrom(BlobStore store, BlobRef manifest, RunSettings settings) {
        List<Passage> all = all(store, manifest);
        return settings.heldOut().isEmpty() ? HeldBack.others(all) : all;
    }

    /// The passages of one iteration.
    ///
    /// @param drawn documents that the lineage drew before
    public static List<Passage> draw(BlobStore store, BlobRef manifest, RunSettings settings, long drawn) {
        List<Passage> passages = toLearnFrom(store, manifest, settings);
        return Draw.positions(passages.size(), drawn, settings.documentsPerIteration(), new Seed(settings.seed()))
                .stream()
                .map(passages::get)
                .toList();
    }

    /// The passages for held-out questions where there is no held-out file.
    public static List<Passage> heldBack(BlobStore store, BlobRef manifest) {
        return HeldBack.passages(all(store, manifest));
    }

    private static List<Passage> all(BlobStore store, BlobRef manifest) {
        return new CorpusReader(store, CorpusManifest.read(store, manifest)).passages();
    }
}
