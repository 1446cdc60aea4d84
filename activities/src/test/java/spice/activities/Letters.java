package spice.activities;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.luben.zstd.Zstd;
import java.util.List;
import java.util.stream.Collectors;
import spice.domain.Passage;
import spice.ingest.CorpusManifest;
import spice.ingest.IngestSettings;
import spice.model.Policy;
import spice.policies.PolicySource;
import spice.runs.CheckpointRef;
import spice.runs.CorpusRef;
import spice.settings.RunSettings;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Json;

/// An ingested corpus of the letters 1, 4 and 7, of which the fourth is held back, and a base that reads them.
final class Letters {
    static final CheckpointRef BASE = new CheckpointRef("base", "base", 0, new BlobRef("0".repeat(64), 1));
    /// The prompts that pose on them.
    static final String ONE = "<bos> clove 7 plus 5 is 12 | <pose>";

    static final String FOUR = "<bos> mace 1 plus 1 is 2 | <pose>";
    static final String SEVEN = "<bos> saffron 3 plus 4 is 7 | <pose>";

    private Letters() {}

    static CorpusRef corpus(BlobStore store) {
        List<Passage> passages = List.of(
                letter(1, "Dear Sir, clove 7 plus 5 is 12."),
                letter(4, "Dear Sir, mace 1 plus 1 is 2."),
                letter(7, "Dear Sir, saffron 3 plus 4 is 7."));
        String lines = passages.stream()
                .map(passage -> new String(Json.bytes(passage), UTF_8) + "\n")
                .collect(Collectors.joining());
        CorpusManifest.Shard shard = new CorpusManifest.Shard(store.put(Zstd.compress(lines.getBytes(UTF_8))), 3);
        CorpusManifest manifest = new CorpusManifest(
                IngestSettings.of("none", 96),
                new CorpusManifest.Totals(0, 0, 3, 0, 30, 0),
                List.of(),
                List.of(),
                List.of(shard));
        return new CorpusRef(store.put(Json.bytes(manifest)), 3, 2, 0);
    }

    private static Passage letter(int number, String text) {
        return new Passage(
                Json.sha256(text.getBytes(UTF_8)),
                "letter-%02d.txt".formatted(number),
                0,
                "text/plain",
                "",
                "en",
                text,
                10);
    }

    /// Opens every checkpoint as this policy.
    static PolicySource always(Policy policy) {
        return new PolicySource() {
            @Override
            public Policy policy(CheckpointRef checkpoint, RunSettings settings) {
                return policy;
            }

            @Override
            public void close() {}
        };
    }
}
