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
import org.apache.tika.mime.MediaType;
import org.apache.tika.parser.ParseContext;
import org.apache.tika.parser.Parser;
import org.apache.tika.parser.ParserDecorator;
import org.xml.sax.ContentHandler;
import org.xml.sax.SAXException;

/// Gives Tika's parsers of plain text and HTML the text as [SeenText], in UTF-8.
public final class DecodedText extends ParserDecorator {
    private static final long serialVersionUID = 1;

    public DecodedText(Parser parser) {
        super(parser);
    }

    @Override
    public void parse(InputStream stream, ContentHandler handler, Metadata metadata, ParseContext context)
            throws IOException, SAXException, TikaException {
        Reader text = new SeenText(
                new BufferedReader(new InputStreamReader(stream, new TextCharset().detect(stream, metadata))));
        MediaType type = MediaType.parse(metadata.get(Metadata.CONTENT_TYPE));
        metadata.set(Metadata.CONTENT_TYPE, new MediaType(type.getBaseType(), StandardCharsets.UTF_8).toString());
        InputStream decoded = ReaderInputStream.builder()
                .setReader(text)
                .setCharset(StandardCharsets.UTF_8)
                .get();
        super.parse(decoded, handler, metadata, context);
    }
}
