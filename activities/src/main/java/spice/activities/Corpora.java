package spice.activities;

import java.util.List;
import spice.domain.Passage;
import spice.ingest.CorpusManifest;
import spice.ingest.CorpusReader;
import spice.settings.RunSettings;
import spice.store.BlobRef;
import spice.store.BlobStore;

/// The passages of an ingested corpus, as a run may use them.
final class Corpora {
    private Corpora() {}

    /// What is learned from: everything, or what [HeldBack] leaves where there is no held-out file.
    static List<Passage> toLearnFrom(BlobStore store, BlobRef manifest, RunSettings settings) {
        List<Passage> all = all(store, manifest);
        return settings.heldOut().isEmpty() ? HeldBack.others(all) : all;
    }

    /// What the held-out questions are posed on where there is no held-out file.
    static List<Passage> heldBack(BlobStore store, BlobRef manifest) {
        return HeldBack.passages(all(store, manifest));
    }

    private static List<Passage> all(BlobStore store, BlobRef manifest) {
        return new CorpusReader(store, CorpusManifest.read(store, manifest)).passages();
    }
}
