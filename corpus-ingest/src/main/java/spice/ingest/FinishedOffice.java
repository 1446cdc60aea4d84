package spice.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipException;
import javax.xml.stream.XMLStreamException;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.tika.exception.TikaException;
import org.apache.tika.io.TemporaryResources;
import org.apache.tika.io.TikaInputStream;
import org.apache.tika.metadata.Metadata;
import org.apache.tika.parser.ParseContext;
import org.apache.tika.parser.Parser;
import org.apache.tika.parser.ParserDecorator;
import org.xml.sax.ContentHandler;
import org.xml.sax.SAXException;

/// Gives Tika's parsers of office documents, which are XML in a zip, the finished document: with all changes
/// accepted, and without comments, hidden text, hidden sheets and hidden slides. Notes of slides that are shown
/// stay. A book loses its navigation.
public final class FinishedOffice extends ParserDecorator {
    private static final long serialVersionUID = 1;

    private static final Pattern WORD = Pattern.compile("word/[^/]+\\.xml");
    private static final Pattern COMMENTS =
            Pattern.compile("(xl/(comments|threadedComments)|ppt/comments)/?[^/]*\\.xml|xl/comments[^/]*\\.xml");
    private static final Pattern SLIDE = Pattern.compile("ppt/slides/[^/]+\\.xml");
    private static final Pattern NOTES = Pattern.compile("ppt/notesSlides/([^/]+\\.xml)");
    private static final Pattern NOTES_OF = Pattern.compile("\\.\\./(slides/[^\"/]+\\.xml)\"");
    private static final Pattern OPEN_DOCUMENT = Pattern.compile("(.*/)?(content|styles)\\.xml");

    private static final Pattern PAGE = Pattern.compile(".*\\.x?html");

    public FinishedOffice(Parser parser) {
        super(parser);
    }

    @Override
    public void parse(InputStream stream, ContentHandler handler, Metadata metadata, ParseContext context)
            throws IOException, SAXException, TikaException {
        try (TemporaryResources temporary = new TemporaryResources()) {
            TikaInputStream given = TikaInputStream.get(stream, temporary, metadata);
            Path finished = temporary.createTempFile();
            if (writeFinished(given.getPath(), finished)) {
                try (TikaInputStream read = TikaInputStream.get(finished)) {
                    super.parse(read, handler, metadata, context);
                }
            } else {
                super.parse(given, handler, metadata, context);
            }
        }
    }

    /// Whether anything had to be left out, so that the file was written. What is no whole zip, or holds what is no
    /// XML,
    /// is left to the parser, which says so.
    private static boolean writeFinished(Path document, Path finished) throws IOException {
        boolean hasLeftOut = false;
        try (ZipFile zip = ZipFile.builder().setPath(document).get();
                ZipArchiveOutputStream out = new ZipArchiveOutputStream(finished)) {
            Set<String> hidden = hiddenSlides(zip);
            for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
                Optional<FinishedXml.Rule> rule = rule(entry.getName(), hidden, zip);
                if (rule.isEmpty()) {
                    out.addRawArchiveEntry(entry, zip.getRawInputStream(entry));
                } else {
                    out.putArchiveEntry(new ZipArchiveEntry(entry.getName()));
                    try (InputStream in = zip.getInputStream(entry)) {
                        hasLeftOut |= FinishedXml.copy(in, out, rule.get());
                    }
                    out.closeArchiveEntry();
                }
            }
        } catch (ZipException | XMLStreamException e) {
            return false;
        }
        return hasLeftOut;
    }

    private static Optional<FinishedXml.Rule> rule(String name, Set<String> hidden, ZipFile zip) throws IOException {
        if (WORD.matcher(name).matches()) {
            return Optional.of(FinishedXml.acceptedWord());
        }
        if (COMMENTS.matcher(name).matches()) {
            return Optional.of(FinishedXml.without("comment", "threadedComment", "cm"));
        }
        if (name.equals("xl/workbook.xml")) {
            return Optional.of(FinishedXml.withoutThose("sheet", "state", "hidden", "veryHidden"));
        }
        if (hidden.contains(name) || hidden.contains(slideOf(name, zip))) {
            return Optional.of(FinishedXml.without("sp", "grpSp", "graphicFrame", "pic", "cxnSp"));
        }
        if (PAGE.matcher(name).matches()) {
            return Optional.of(FinishedXml.without("nav"));
        }
        return OPEN_DOCUMENT.matcher(name).matches() ? Optional.of(FinishedXml.shownOpenDocument()) : Optional.empty();
    }

    private static Set<String> hiddenSlides(ZipFile zip) throws IOException, XMLStreamException {
        Set<String> hidden = new HashSet<>();
        for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
            if (SLIDE.matcher(entry.getName()).matches()) {
                try (InputStream in = zip.getInputStream(entry)) {
                    if (FinishedXml.isRoot(
                            in, root -> List.of("0", "false").contains(FinishedXml.value(root, "show")))) {
                        hidden.add(entry.getName());
                    }
                }
            }
        }
        return hidden;
    }

    /// The slide that a part holds the notes of, or an empty text.
    private static String slideOf(String name, ZipFile zip) throws IOException {
        Matcher notes = NOTES.matcher(name);
        ZipArchiveEntry links =
                notes.matches() ? zip.getEntry("ppt/notesSlides/_rels/%s.rels".formatted(notes.group(1))) : null;
        if (links == null) {
            return "";
        }
        try (InputStream in = zip.getInputStream(links)) {
            Matcher slide = NOTES_OF.matcher(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            return slide.find() ? "ppt/" + slide.group(1) : "";
        }
    }
}
