package spice.store;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Names of files as text. To the system a name is bytes, which need not be text and may hold line ends or what
/// steers a terminal; Java reads them by the locale, and cannot open what that does not know. Here they are UTF-8
/// whatever the locale is, and `\xHH` stands for every other byte, for the bytes of characters that cannot be
/// seen, and for the backslash itself, so that no two names look alike.
public final class FileNames {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final Pattern ESCAPE = Pattern.compile("\\\\x([0-9A-F]{2})");

    /// Joins letters in several scripts, and is part of their spelling.
    private static final String JOINERS = "\u200C\u200D";

    private FileNames() {}

    /// The name that these bytes are.
    public static String text(byte[] name) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(name);
        CharBuffer out = CharBuffer.allocate(name.length + 1);
        StringBuilder text = new StringBuilder(name.length);
        while (true) {
            CoderResult result = decoder.decode(in, out, true);
            out.flip().codePoints().forEach(c -> append(text, c));
            out.clear();
            if (!result.isError()) {
                return text.toString();
            }
            for (int i = 0; i < result.length(); i++) {
                escape(text, in.get());
            }
            decoder.reset();
        }
    }

    /// The bytes of this name.
    public static byte[] bytes(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Matcher escape = ESCAPE.matcher(text);
        int start = 0;
        while (escape.find()) {
            bytes.writeBytes(text.substring(start, escape.start()).getBytes(StandardCharsets.UTF_8));
            bytes.write(HexFormat.fromHexDigits(escape.group(1)));
            start = escape.end();
        }
        bytes.writeBytes(text.substring(start).getBytes(StandardCharsets.UTF_8));
        return bytes.toByteArray();
    }

    /// The whole path of a file.
    public static String text(Path file) {
        String text = text(unescaped(file.toUri().getRawPath()));
        return text.length() > 1 && text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }

    /// The path of a file below this folder, with `/` between folders; empty for the folder itself.
    public static String below(Path folder, Path file) {
        String above = text(folder);
        String path = text(file);
        return path.equals(above) ? "" : path.substring(above.length() + 1);
    }

    /// The file at this path below a folder, which [#below] gave.
    public static Path path(Path folder, String below) {
        StringBuilder address = new StringBuilder(folder.toUri().toString());
        for (byte b : bytes("/" + below)) {
            address.append(b == '/' ? "/" : "%" + HEX.toHexDigits(b));
        }
        return Path.of(URI.create(address.toString()));
    }

    private static byte[] unescaped(String rawPath) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < rawPath.length(); i++) {
            if (rawPath.charAt(i) == '%') {
                bytes.write(HexFormat.fromHexDigits(rawPath, i + 1, i + 3));
                i += 2;
            } else {
                bytes.write(rawPath.charAt(i));
            }
        }
        return bytes.toByteArray();
    }

    private static void append(StringBuilder text, int c) {
        if (c == '\\' || isUnseen(c)) {
            for (byte b : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
                escape(text, b);
            }
        } else {
            text.appendCodePoint(c);
        }
    }

    private static boolean isUnseen(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
            case Character.FORMAT -> JOINERS.indexOf(c) < 0;
            default -> false;
        };
    }

    private static void escape(StringBuilder text, byte b) {
        text.append("\\x").append(HEX.toHexDigits(b));
    }
}
