package spice.report;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import spice.ingest.CorpusManifest;
import spice.ingest.Cut;
import spice.ingest.FileRefusal;

/// The files from which the documents came, and the refused files.
///
/// @param manifest SHA-256 of the blob that accounts for every file
/// @param allTaken number of all files taken
/// @param allRefused number of all files refused
/// @param reasons number of refused files by reason
/// @param taken the first files taken
/// @param refused the first files refused
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

    /// @param isCut whether text is missing besides refused lines
    record Taken(
            String path,
            String type,
            String title,
            long bytes,
            int passages,
            int duplicates,
            boolean isCut,
            int badLines) {}

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
                                file.cuts().stream().anyMatch(cut -> cut != Cut.LINES),
                                file.badLineCount()))
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
