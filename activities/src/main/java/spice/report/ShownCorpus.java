package spice.report;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import spice.ingest.CorpusManifest;
import spice.ingest.FileRefusal;

/// Where the documents came from: files taken and refused.
///
/// @param manifest the blob that accounts for every file
/// @param reasons refused files by reason
/// @param taken the first of the files that were read
/// @param refused the first of those that were not
record ShownCorpus(
        String manifest,
        CorpusManifest.Totals totals,
        int allTaken,
        int allRefused,
        Map<FileRefusal, Long> reasons,
        List<Taken> taken,
        List<Refused> refused) {
    private static final int MOST = 500;

    ShownCorpus {
        taken = List.copyOf(taken);
        refused = List.copyOf(refused);
    }

    record Taken(String path, String type, String title, long bytes, int passages, int duplicates, boolean isCut) {}

    record Refused(String path, FileRefusal reason, String detail) {}

    static ShownCorpus of(String address, CorpusManifest manifest) {
        return new ShownCorpus(
                address,
                manifest.totals(),
                manifest.sources().size(),
                manifest.refused().size(),
                new TreeMap<>(manifest.refused().stream()
                        .collect(Collectors.groupingBy(file -> file.reason(), Collectors.counting()))),
                manifest.sources().stream()
                        .limit(MOST)
                        .map(file -> new Taken(
                                words(file.path()),
                                words(file.type()),
                                words(file.title()),
                                file.bytes(),
                                file.passages(),
                                file.duplicates(),
                                !file.cuts().isEmpty()))
                        .toList(),
                manifest.refused().stream()
                        .limit(MOST)
                        .map(file -> new Refused(words(file.path()), file.reason(), words(file.detail())))
                        .toList());
    }

    private static String words(String text) {
        return Excerpt.beginning(text, ShownTask.WORDS);
    }
}
