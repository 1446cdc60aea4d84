package spice.ingest;

import java.util.List;
import java.util.Optional;

/// The outcome for one file, independent of its path: the first line of a step's result, before the file's
/// passages.
///
/// @param refusal why there are no passages; empty if there are
/// @param detail one line in addition to the refusal, or empty
/// @param title may be empty
/// @param passages number of passages, duplicates included
/// @param badLineCount JSON lines that were refused
/// @param badLines the first of them
record FileResult(
        Optional<FileRefusal> refusal,
        String detail,
        String type,
        String title,
        String language,
        int passages,
        List<Cut> cuts,
        int badLineCount,
        List<BadLine> badLines) {
    FileResult {
        cuts = List.copyOf(cuts);
        badLines = List.copyOf(badLines);
    }

    FileResult withBadLines(int count, List<BadLine> first) {
        return new FileResult(refusal, detail, type, title, language, passages, cuts, count, first);
    }

    static FileResult refused(FileRefusal reason, String detail) {
        return new FileResult(Optional.of(reason), detail, "", "", Languages.UNDETERMINED, 0, List.of(), 0, List.of());
    }
}
