package spice.ingest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import org.apache.commons.io.input.ReaderInputStream;
import org.apache.tika.exception.TikaException;
import org.apache.tika.metadata.Metadata;
import org.apache.tika.parser.ParseContext;
import org.apache.tika.parser.Parser;
import org.apache.tika.parser.ParserDecorator;
import org.xml.sax.ContentHandler;
import org.xml.sax.SAXException;

/// Gives Tika's parsers of XML text that [TextCharset] has decoded, as [SeenText]: the XML library believes every
/// declaration, and stops at control characters.
public final class DecodedXml extends ParserDecorator {
    private static final long serialVersionUID = 1;

    private static final int LONGEST_DECLARATION = 1000;

    public DecodedXml(Parser parser) {
        super(parser);
    }

    @Override
    public void parse(InputStream stream, ContentHandler handler, Metadata metadata, ParseContext context)
            throws IOException, SAXException, TikaException {
        Reader text = new BufferedReader(new SeenText(
                new BufferedReader(new InputStreamReader(stream, new TextCharset().detect(stream, metadata)))));
        skipDeclaration(text);
        InputStream decoded = ReaderInputStream.builder()
                .setReader(text)
                .setCharset(StandardCharsets.UTF_8)
                .get();
        super.parse(decoded, handler, metadata, context);
    }

    /// Skips the byte order mark and the declaration, which names a charset that no longer holds.
    private static void skipDeclaration(Reader text) throws IOException {
        char[] start = new char[LONGEST_DECLARATION];
        text.mark(LONGEST_DECLARATION);
        int read = 0;
        for (int n = 0; n >= 0 && read < start.length; n = text.read(start, read, start.length - read)) {
            read += n;
        }
        text.reset();
        String head = new String(start, 0, read);
        String trimmed = head.replaceFirst("^\uFEFF?\\s*", "");
        int end = trimmed.startsWith("<?xml ") ? trimmed.indexOf("?>") + 2 : 0;
        text.skip(head.length() - trimmed.length() + end);
    }
}
