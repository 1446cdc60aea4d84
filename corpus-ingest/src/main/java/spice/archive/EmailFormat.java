package spice.archive;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.Locale;
import java.util.TimeZone;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.james.mime4j.dom.Message;
import org.apache.james.mime4j.dom.address.Mailbox;
import org.apache.james.mime4j.message.DefaultMessageWriter;

/// A mail in plain text, as a mail program saves it.
record EmailFormat() implements WritingFormat {
    private static final String DOMAIN = "spice-merchant.example";

    @Override
    public String extension() {
        return "eml";
    }

    @Override
    public byte[] render(Writing writing) {
        String body =
                writing.blocks().stream().map(TextFormat::block).collect(Collectors.joining("\r\n\r\n", "", "\r\n"));
        Date date = Date.from(writing.date().atTime(9, 30).toInstant(ZoneOffset.UTC));
        String id = UUID.nameUUIDFromBytes(writing.toString().getBytes(StandardCharsets.UTF_8))
                .toString();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            Message message = Message.Builder.of()
                    .setMessageId("<%s@%s>".formatted(id, DOMAIN))
                    .setDate(date, TimeZone.getTimeZone(ZoneOffset.UTC))
                    .setFrom(mailbox(writing.author()))
                    .setTo(mailbox(writing.addressee()))
                    .setSubject(writing.title())
                    .setBody(body.replaceAll("\r?\n", "\r\n"), StandardCharsets.UTF_8)
                    .build();
            new DefaultMessageWriter().writeMessage(message, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static Mailbox mailbox(String person) {
        String plain = Normalizer.normalize(person, Normalizer.Form.NFD)
                .replace('ø', 'o')
                .replaceAll("[^A-Za-z ]", "")
                .replace(' ', '.')
                .toLowerCase(Locale.ROOT);
        return new Mailbox(person, plain, DOMAIN);
    }
}
