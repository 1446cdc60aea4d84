package spice.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.tika.config.TikaConfig;
import org.apache.tika.exception.TikaException;
import org.apache.tika.io.TikaInputStream;
import org.apache.tika.metadata.Metadata;
import org.apache.tika.metadata.TikaCoreProperties;
import org.apache.tika.parser.AutoDetectParser;
import org.apache.tika.parser.ParseContext;
import org.apache.tika.parser.RecursiveParserWrapper;
import org.apache.tika.parser.ocr.TesseractOCRConfig;
import org.apache.tika.sax.BasicContentHandlerFactory;
import org.apache.tika.sax.BasicContentHandlerFactory.HANDLER_TYPE;
import org.apache.tika.sax.RecursiveParserWrapperHandler;
import org.xml.sax.SAXException;

/// Tika alone, in this JVM and without our limits on time and memory: the baseline for the speed of an ingest.
public final class TikaAlone {
    private final RecursiveParserWrapper parser =
            new RecursiveParserWrapper(new AutoDetectParser(TikaConfig.getDefaultConfig()));
    private final IngestSettings settings;

    private TikaAlone(IngestSettings settings) {
        this.settings = settings;
    }

    /// Parses the files as an ingest does and returns the number of characters in their text. A file that cannot be
    /// parsed counts as 0.
    ///
    /// @param threads number of threads that parse
    public static long characters(List<Path> files, IngestSettings settings, int threads) {
        TikaAlone tika = new TikaAlone(settings);
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            return files.stream()
                    .map(file -> CompletableFuture.supplyAsync(() -> tika.characters(file), pool))
                    .toList()
                    .stream()
                    .mapToLong(CompletableFuture::join)
                    .sum();
        }
    }

    private long characters(Path file) {
        RecursiveParserWrapperHandler parts = new RecursiveParserWrapperHandler(
                new BasicContentHandlerFactory(HANDLER_TYPE.BODY, settings.maxCharacters()),
                settings.maxEmbeddedFiles());
        Metadata metadata = new Metadata();
        ParseContext context = new ParseContext();
        // Installed programs must not change the measurement.
        TesseractOCRConfig noRecognition = new TesseractOCRConfig();
        noRecognition.setSkipOcr(true);
        context.set(TesseractOCRConfig.class, noRecognition);
        try (InputStream in = TikaInputStream.get(file, metadata)) {
            parser.parse(in, parts, metadata, context);
        } catch (TikaException | SAXException e) {
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read %s".formatted(file), e);
        }
        return parts.getMetadataList().stream()
                .mapToLong(part -> Objects.requireNonNullElse(part.get(TikaCoreProperties.TIKA_CONTENT), "")
                        .length())
                .sum();
    }
}
