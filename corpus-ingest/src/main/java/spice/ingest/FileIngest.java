package spice.ingest;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.codec.digest.DigestUtils;
import spice.domain.Passage;

/// Reads one file: parse, clean, cut. The passages do not contain the file's path yet, so that a renamed or copied
/// file need not be read again. Their source is the part after the path: `#` and the line's number for JSON lines,
/// else empty.
final class FileIngest {
    private static final int LONGEST_TITLE = 200;
    private static final int BAD_LINES_SHOWN = 20;

    /// Stands where a decoder did not know the bytes.
    private static final char UNKNOWN = '\uFFFD';
    /// The largest share of unknown characters in a text.
    private static final double MOST_UNKNOWN = 0.01;

    private final IngestSettings settings;
    private final PassageCutter cutter;
    private final DocumentParser parser;

    FileIngest(IngestSettings settings, PassageCutter cutter, DocumentParser parser) {
        this.settings = settings;
        this.cutter = cutter;
        this.parser = parser;
    }

    /// Writes a file that consists of one [FileResult] and the passages, and returns the [FileResult].
    ///
    /// @param result the file to create
    FileResult ingest(Path file, Path result) throws IOException, InterruptedException {
        Path passages = Files.createTempFile(result.getParent(), "passages", ".jsonl.zst");
        JsonLines lines = new JsonLines(settings);
        FileResult head;
        try (ZstdLines.Writer out = new ZstdLines.Writer(passages)) {
            head = lines.suits(file) ? jsonLines(file, lines, out) : document(file, out);
        }
        try (ZstdLines.Writer out = new ZstdLines.Writer(result)) {
            out.write(head);
        }
        try (OutputStream out = Files.newOutputStream(result, StandardOpenOption.APPEND)) {
            Files.copy(passages, out);
        }
        Files.delete(passages);
        return head;
    }

    private FileResult document(Path file, ZstdLines.Writer out) throws IOException, InterruptedException {
        return switch (parser.parse(file)) {
            case DocumentParser.Refused(FileRefusal reason, String detail) -> FileResult.refused(reason, detail);
            case DocumentParser.Parsed(String type, String title, String text, List<Cut> cuts) -> {
                String clean = TextCleaner.clean(text);
                Optional<String> loss = loss(clean);
                if (loss.isPresent()) {
                    yield FileResult.refused(FileRefusal.UNDECODABLE, "%s: %s".formatted(type, loss.get()));
                }
                String language = Languages.of(clean);
                int passages = write(clean, "", type, title(title), language, out);
                yield passages == 0
                        ? FileResult.refused(FileRefusal.NO_TEXT, type)
                        : new FileResult(
                                Optional.empty(), "", type, title(title), language, passages, cuts, 0, List.of());
            }
        };
    }

    private FileResult jsonLines(Path file, JsonLines lines, ZstdLines.Writer out) throws IOException {
        LineIngest documents = new LineIngest(out);
        Set<Cut> cuts = lines.read(file, documents);
        if (documents.badLineCount > 0) {
            cuts.add(Cut.LINES);
        }
        if (documents.passages == 0) {
            String first = documents.badLines.isEmpty()
                    ? "no line in it can be read"
                    : "none of %d lines; line %d: %s"
                            .formatted(
                                    documents.badLineCount,
                                    documents.badLines.getFirst().number(),
                                    documents.badLines.getFirst().reason());
            return FileResult.refused(FileRefusal.NO_VALID_LINE, first)
                    .withBadLines(documents.badLineCount, documents.badLines);
        }
        return new FileResult(
                Optional.empty(),
                "",
                JsonLines.TYPE,
                "",
                documents.languages.size() == 1 ? documents.languages.getFirst() : "mul",
                documents.passages,
                List.copyOf(cuts),
                documents.badLineCount,
                documents.badLines);
    }

    /// Turns each JSON line into passages as it is read.
    private final class LineIngest implements JsonLines.Reader {
        private final ZstdLines.Writer out;
        private final TreeSet<String> languages = new TreeSet<>();
        private final List<BadLine> badLines = new ArrayList<>();
        private int badLineCount;
        private int passages;

        LineIngest(ZstdLines.Writer out) {
            this.out = out;
        }

        @Override
        public void document(long number, String title, String text) throws IOException {
            String clean = TextCleaner.clean(text);
            Optional<String> loss = loss(clean);
            if (loss.isPresent()) {
                bad(new BadLine(number, loss.get()));
                return;
            }
            String language = Languages.of(clean);
            int written = write(clean, "#" + number, JsonLines.TYPE, title(title), language, out);
            if (written == 0) {
                bad(new BadLine(number, "no text but blanks"));
            } else {
                languages.add(language);
                passages += written;
            }
        }

        @Override
        public void bad(BadLine line) {
            badLineCount++;
            if (badLines.size() < BAD_LINES_SHOWN) {
                badLines.add(line);
            }
        }
    }

    private int write(String clean, String source, String type, String title, String language, ZstdLines.Writer out)
            throws IOException {
        int index = 0;
        for (PassageCutter.Piece piece : cutter.cut(clean)) {
            String sha256 = DigestUtils.sha256Hex(piece.text());
            out.write(new Passage(sha256, source, index, type, title, language, piece.text(), piece.tokens()));
            index++;
        }
        return index;
    }

    /// Says how much of a text is lost, if it is too much to learn from.
    private static Optional<String> loss(String clean) {
        long unknown = clean.chars().filter(c -> c == UNKNOWN).count();
        return unknown <= MOST_UNKNOWN * clean.length()
                ? Optional.empty()
                : Optional.of("%d of %d characters are unknown (U+FFFD)".formatted(unknown, clean.length()));
    }

    private static String title(String title) {
        String line = TextCleaner.clean(title).replace('\n', ' ');
        return line.length() <= LONGEST_TITLE
                ? line
                : line.substring(0, LONGEST_TITLE).strip();
    }
}
