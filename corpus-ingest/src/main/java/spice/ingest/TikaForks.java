package spice.ingest;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.apache.tika.exception.EncryptedDocumentException;
import org.apache.tika.exception.TikaConfigException;
import org.apache.tika.extractor.ParsingEmbeddedDocumentExtractorFactory;
import org.apache.tika.metadata.Metadata;
import org.apache.tika.metadata.TikaCoreProperties;
import org.apache.tika.mime.MediaType;
import org.apache.tika.parser.DefaultParser;
import org.apache.tika.parser.ParseContext;
import org.apache.tika.parser.Parser;
import org.apache.tika.parser.csv.TextAndCSVParser;
import org.apache.tika.parser.epub.EpubParser;
import org.apache.tika.parser.external.CompositeExternalParser;
import org.apache.tika.parser.feed.FeedParser;
import org.apache.tika.parser.html.JSoupParser;
import org.apache.tika.parser.microsoft.ooxml.OOXMLParser;
import org.apache.tika.parser.microsoft.rtf.RTFParser;
import org.apache.tika.parser.ocr.TesseractOCRParser;
import org.apache.tika.parser.odf.OpenDocumentParser;
import org.apache.tika.parser.pdf.PDFParser;
import org.apache.tika.parser.pkg.CompressorParser;
import org.apache.tika.parser.pkg.PackageParser;
import org.apache.tika.parser.pkg.RarParser;
import org.apache.tika.parser.xml.DcXMLParser;
import org.apache.tika.parser.xml.FictionBookParser;
import org.apache.tika.pipes.FetchEmitTuple;
import org.apache.tika.pipes.HandlerConfig;
import org.apache.tika.pipes.PipesConfig;
import org.apache.tika.pipes.PipesException;
import org.apache.tika.pipes.PipesParser;
import org.apache.tika.pipes.PipesResult;
import org.apache.tika.pipes.emitter.EmitKey;
import org.apache.tika.pipes.fetcher.FetchKey;
import org.apache.tika.pipes.fetcher.fs.FileSystemFetcher;
import org.apache.tika.sax.AbstractRecursiveParserWrapperHandler;
import org.apache.tika.sax.BasicContentHandlerFactory.HANDLER_TYPE;
import org.slf4j.helpers.NOP_FallbackServiceProvider;

/// Runs Tika in JVMs of its own, so that a file that crashes its parser, fills its heap or never ends harms nothing
/// else. The JVMs start at first use and end with [#close], and by themselves when this JVM is gone.
final class TikaForks implements DocumentParser {
    private static final String FETCHER = "folder";
    private static final Pattern ADDRESS = Pattern.compile("@[0-9a-f]{4,}");
    private static final int LONGEST_DETAIL = 200;

    /// Tika's own bounds on how far a file may unpack, which Tika does not apply to files inside files.
    private static final int UNSUSPECTED_CHARACTERS = 1_000_000;

    private static final int CHARACTERS_PER_BYTE = 100;

    /// Tika's parsers of plain text and HTML.
    private static final List<Class<? extends Parser>> OF_TEXT = List.of(TextAndCSVParser.class, JSoupParser.class);

    /// Tika's parsers of XML that is not packed.
    private static final List<Class<? extends Parser>> OF_XML =
            List.of(DcXMLParser.class, FeedParser.class, FictionBookParser.class);

    /// Tika's parsers of office documents and books that are XML in a zip.
    private static final List<Class<? extends Parser>> OF_OFFICE =
            List.of(OOXMLParser.class, OpenDocumentParser.class, EpubParser.class);

    /// Archives and compressed files, whose own text is the names in them.
    private static final Set<MediaType> ARCHIVES = Stream.of(
                    new PackageParser(), new CompressorParser(), new RarParser())
            .flatMap(parser -> parser.getSupportedTypes(new ParseContext()).stream())
            .collect(Collectors.toUnmodifiableSet());

    /// Style sheets and scripts, of which a manual's folder has many.
    private static final Set<String> MACHINERY = Set.of("text/css", "text/javascript", "application/javascript");

    private final Path folder;
    private final IngestSettings settings;
    private final PipesParser parser;

    /// @param folder contains the files to parse and the files that the forks need; its owner deletes it
    TikaForks(Path folder, IngestSettings settings, int forks) {
        this.folder = folder;
        this.settings = settings;
        try {
            Path config = folder.resolve("tika.xml");
            Path logging = Files.writeString(folder.resolve("logging.properties"), ".level=OFF\n");
            Path temporary = Files.createDirectory(folder.resolve("tmp"));
            writeConfig(
                    config,
                    forks,
                    List.of(
                            "-Xmx%dm".formatted(settings.forkMegabytes()),
                            "-XX:+UseSerialGC",
                            // The second compiler costs as much as parsing ten megabytes, and still gains nothing
                            // at eighty.
                            "-XX:TieredStopAtLevel=1",
                            "-Djava.io.tmpdir=" + temporary,
                            "-Dpdfbox.fontcache=" + temporary,
                            // The manifest counts faulty documents; the terminal shows nothing about them.
                            "-Dslf4j.provider=" + NOP_FallbackServiceProvider.class.getName(),
                            "-Dslf4j.internal.verbosity=ERROR",
                            "-Djava.util.logging.config.file=" + logging,
                            "--enable-native-access=ALL-UNNAMED",
                            "--sun-misc-unsafe-memory-access=allow"));
            parser = new PipesParser(PipesConfig.load(config));
        } catch (IOException | XMLStreamException | TikaConfigException e) {
            throw new CorpusException("cannot set up the parser in %s: %s".formatted(folder, e.getMessage()), e);
        }
    }

    private void writeConfig(Path config, int forks, List<String> jvmArguments) throws IOException, XMLStreamException {
        try (OutputStream out = Files.newOutputStream(config)) {
            XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(out, "UTF-8");
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeStartElement("properties");

            xml.writeStartElement("encodingDetectors");
            xml.writeEmptyElement("encodingDetector");
            xml.writeAttribute("class", TextCharset.class.getName());
            xml.writeEndElement();

            xml.writeStartElement("parsers");
            xml.writeStartElement("parser");
            xml.writeAttribute("class", DefaultParser.class.getName());
            // Installed programs must not change what is read.
            for (Class<?> excluded : List.of(TesseractOCRParser.class, CompositeExternalParser.class)) {
                exclude(xml, excluded);
            }
            // These are set up below.
            for (List<Class<? extends Parser>> around : List.of(OF_TEXT, OF_XML, OF_OFFICE)) {
                for (Class<?> excluded : around) {
                    exclude(xml, excluded);
                }
            }
            exclude(xml, RTFParser.class);
            exclude(xml, PDFParser.class);
            xml.writeEndElement();
            around(xml, DecodedText.class, OF_TEXT);
            around(xml, DecodedXml.class, OF_XML);
            around(xml, FinishedOffice.class, OF_OFFICE);
            around(xml, FinishedRtf.class, List.of(RTFParser.class));
            xml.writeStartElement("parser");
            xml.writeAttribute("class", PDFParser.class.getName());
            // An outline repeats headings, and comments are not the document's text.
            flags(xml, Map.of("extractBookmarksText", false, "extractAnnotationText", false));
            xml.writeEndElement();
            xml.writeEndElement();

            xml.writeStartElement("autoDetectParserConfig");
            // A thread of mails quotes deeper than Tika's 100. Depth costs the plain text nothing.
            parameters(xml, Map.of("maximumDepth", "10000"));
            // Names of attachments are not text.
            xml.writeStartElement("embeddedDocumentExtractorFactory");
            xml.writeAttribute("class", ParsingEmbeddedDocumentExtractorFactory.class.getName());
            parameters(xml, Map.of("writeFileNameToContent", "false"));
            xml.writeEndElement();
            xml.writeEndElement();

            xml.writeStartElement("fetchers");
            xml.writeStartElement("fetcher");
            xml.writeAttribute("class", FileSystemFetcher.class.getName());
            parameters(xml, Map.of("name", FETCHER, "basePath", folder.toString()));
            xml.writeEndElement();
            xml.writeEndElement();

            xml.writeStartElement("pipes");
            xml.writeStartElement("params");
            element(xml, "tikaConfig", config.toString());
            element(
                    xml,
                    "javaPath",
                    Path.of(System.getProperty("java.home"), "bin", "java").toString());
            element(xml, "numClients", Integer.toString(forks));
            element(xml, "timeoutMillis", Long.toString(settings.parseSeconds() * 1000L));
            element(xml, "startupTimeoutMillis", "120000");
            // Returns results of any size to us, so that no emitter is needed.
            element(xml, "maxForEmitBatchBytes", "-1");
            xml.writeStartElement("forkedJvmArgs");
            for (String argument : jvmArguments) {
                element(xml, "arg", argument);
            }
            xml.writeEndElement();
            xml.writeEndElement();
            xml.writeEndElement();

            xml.writeEndElement();
            xml.writeEndDocument();
            xml.close();
        }
    }

    private static void parameters(XMLStreamWriter xml, Map<String, String> values) throws XMLStreamException {
        xml.writeStartElement("params");
        for (Map.Entry<String, String> value : values.entrySet()) {
            element(xml, value.getKey(), value.getValue());
        }
        xml.writeEndElement();
    }

    private static void exclude(XMLStreamWriter xml, Class<?> parser) throws XMLStreamException {
        xml.writeEmptyElement("parser-exclude");
        xml.writeAttribute("class", parser.getName());
    }

    private static void around(XMLStreamWriter xml, Class<?> decorator, List<Class<? extends Parser>> parsers)
            throws XMLStreamException {
        xml.writeStartElement("parser");
        xml.writeAttribute("class", decorator.getName());
        for (Class<?> parser : parsers) {
            xml.writeEmptyElement("parser");
            xml.writeAttribute("class", parser.getName());
        }
        xml.writeEndElement();
    }

    private static void flags(XMLStreamWriter xml, Map<String, Boolean> values) throws XMLStreamException {
        xml.writeStartElement("params");
        for (Map.Entry<String, Boolean> value : values.entrySet()) {
            xml.writeStartElement("param");
            xml.writeAttribute("name", value.getKey());
            xml.writeAttribute("type", "bool");
            xml.writeCharacters(value.getValue().toString());
            xml.writeEndElement();
        }
        xml.writeEndElement();
    }

    private static void element(XMLStreamWriter xml, String name, String text) throws XMLStreamException {
        xml.writeStartElement(name);
        xml.writeCharacters(text);
        xml.writeEndElement();
    }

    @Override
    public Outcome parse(Path file) throws InterruptedException {
        String name = folder.relativize(file).toString();
        ParseContext context = new ParseContext();
        context.set(
                HandlerConfig.class,
                new HandlerConfig(
                        HANDLER_TYPE.BODY,
                        HandlerConfig.PARSE_MODE.RMETA,
                        settings.maxCharacters(),
                        settings.maxEmbeddedFiles(),
                        true));
        FetchEmitTuple call = new FetchEmitTuple(
                name,
                new FetchKey(FETCHER, name),
                new EmitKey("", name),
                new Metadata(),
                context,
                FetchEmitTuple.ON_PARSE_EXCEPTION.EMIT);
        PipesResult result;
        try {
            result = parser.parse(call);
        } catch (IOException | PipesException e) {
            throw new CorpusException("the parser's JVM does not start: " + e.getMessage(), e);
        }
        return switch (result.getStatus()) {
            case PARSE_SUCCESS, PARSE_SUCCESS_WITH_EXCEPTION -> outcome(result, file);
            case EMPTY_OUTPUT -> new Refused(FileRefusal.NO_TEXT, "");
            case TIMEOUT ->
                new Refused(FileRefusal.TIMEOUT, "not parsed within %d s".formatted(settings.parseSeconds()));
            case OOM ->
                new Refused(FileRefusal.OUT_OF_MEMORY, "not parsed within %d MB".formatted(settings.forkMegabytes()));
            case UNSPECIFIED_CRASH -> new Refused(FileRefusal.CRASHED, "the parser's JVM died");
            case CLIENT_UNAVAILABLE_WITHIN_MS,
                    FETCHER_INITIALIZATION_EXCEPTION,
                    FETCH_EXCEPTION,
                    PARSE_EXCEPTION_NO_EMIT,
                    PARSE_EXCEPTION_EMIT,
                    NO_EMITTER_FOUND,
                    EMIT_SUCCESS,
                    EMIT_SUCCESS_PARSE_EXCEPTION,
                    EMIT_EXCEPTION,
                    INTERRUPTED_EXCEPTION,
                    NO_FETCHER_FOUND,
                    INTERMEDIATE_RESULT ->
                throw new IllegalStateException(
                        "parser answered %s: %s".formatted(result.getStatus(), result.getMessage()));
        };
    }

    private Outcome outcome(PipesResult result, Path file) {
        List<Metadata> parts = result.getEmitData().getMetadataList();
        Metadata document = parts.getFirst();
        String type = type(document);
        String trace = Objects.requireNonNullElse(document.get(TikaCoreProperties.CONTAINER_EXCEPTION), "");
        if (trace.contains(EncryptedDocumentException.class.getName())) {
            return new Refused(FileRefusal.ENCRYPTED, type);
        }
        if (isBomb(trace)) {
            return new Refused(FileRefusal.ZIP_BOMB, type);
        }
        if (!trace.isEmpty()) {
            return new Refused(FileRefusal.DAMAGED, "%s: %s".formatted(type, cause(trace)));
        }
        if (MACHINERY.contains(type)) {
            return new Refused(FileRefusal.NOT_PROSE, type);
        }
        Set<Cut> cuts = EnumSet.noneOf(Cut.class);
        List<String> texts = new ArrayList<>();
        for (Metadata part : parts) {
            String fault = Objects.requireNonNullElse(part.get(TikaCoreProperties.EMBEDDED_EXCEPTION), "");
            if (isBomb(fault)) {
                return new Refused(FileRefusal.ZIP_BOMB, type);
            }
            if (!fault.isEmpty()) {
                cuts.add(Cut.EMBEDDED_UNREADABLE);
            }
            if (part.get(TikaCoreProperties.WRITE_LIMIT_REACHED) != null) {
                cuts.add(Cut.CHARACTERS);
            }
            if (part.get(AbstractRecursiveParserWrapperHandler.EMBEDDED_RESOURCE_LIMIT_REACHED) != null) {
                cuts.add(Cut.EMBEDDED_FILES);
            }
            if (!ARCHIVES.contains(MediaType.parse(type(part)))) {
                texts.add(Objects.requireNonNullElse(part.get(TikaCoreProperties.TIKA_CONTENT), ""));
            }
        }
        String text = String.join("\n\n", texts);
        if (text.length() > UNSUSPECTED_CHARACTERS
                && text.length() > CHARACTERS_PER_BYTE * file.toFile().length()) {
            return new Refused(FileRefusal.ZIP_BOMB, type);
        }
        String title = Objects.requireNonNullElse(document.get(TikaCoreProperties.TITLE), "");
        return new Parsed(type, title, text, List.copyOf(cuts));
    }

    private static String type(Metadata part) {
        return Objects.requireNonNullElse(part.get(Metadata.CONTENT_TYPE), "").replaceFirst(";.*", "");
    }

    private static boolean isBomb(String trace) {
        return trace.toLowerCase(Locale.ROOT).contains("zip bomb");
    }

    /// The message of the innermost cause, without the parts that differ from run to run.
    private String cause(String trace) {
        String innermost = trace.lines()
                .filter(line -> line.startsWith("Caused by: "))
                .reduce((first, second) -> second)
                .orElseGet(() -> trace.lines().findFirst().orElse(""))
                .replaceFirst("^Caused by: ", "")
                .replace(folder.toString(), "");
        String message = ADDRESS.matcher(innermost).replaceAll("").strip();
        return message.substring(0, Math.min(message.length(), LONGEST_DETAIL));
    }

    @Override
    public void close() {
        try {
            parser.close();
        } catch (IOException e) {
            throw new CorpusException("cannot end the parser's JVMs: " + e.getMessage(), e);
        }
    }
}
