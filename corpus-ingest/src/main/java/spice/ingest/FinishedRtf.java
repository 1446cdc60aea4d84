package spice.ingest;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import org.apache.tika.exception.TikaException;
import org.apache.tika.io.TemporaryResources;
import org.apache.tika.io.TikaInputStream;
import org.apache.tika.metadata.Metadata;
import org.apache.tika.parser.ParseContext;
import org.apache.tika.parser.Parser;
import org.apache.tika.parser.ParserDecorator;
import org.xml.sax.ContentHandler;
import org.xml.sax.SAXException;

/// Gives Tika's parser of RTF the finished document, as [FinishedOffice] does for other formats: what is marked as
/// deleted, as moved from here or as hidden, and comments, are left out.
public final class FinishedRtf extends ParserDecorator {
    private static final long serialVersionUID = 1;

    /// Begin a group that holds a comment, or who wrote it and when.
    private static final Set<String> COMMENT =
            Set.of("annotation", "atnid", "atnauthor", "atndate", "atnref", "atnicn");

    public FinishedRtf(Parser parser) {
        super(parser);
    }

    @Override
    public void parse(InputStream stream, ContentHandler handler, Metadata metadata, ParseContext context)
            throws IOException, SAXException, TikaException {
        try (TemporaryResources temporary = new TemporaryResources()) {
            Path finished = temporary.createTempFile();
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(finished))) {
                new Copy(new PushbackInputStream(new BufferedInputStream(stream)), out).run();
            }
            try (TikaInputStream read = TikaInputStream.get(finished)) {
                super.parse(read, handler, metadata, context);
            }
        }
    }

    /// What holds for the text of a group, and for the groups in it until they say otherwise.
    private record State(boolean hidden, boolean deleted, boolean comment) {
        boolean isShown() {
            return !hidden && !deleted && !comment;
        }
    }

    /// Copies a document once. Control words stay, since the parser needs most of them.
    private static final class Copy {
        private final PushbackInputStream in;
        private final OutputStream out;
        private final Deque<State> groups = new ArrayDeque<>();
        private State state = new State(false, false, false);

        Copy(PushbackInputStream in, OutputStream out) {
            this.in = in;
            this.out = out;
        }

        void run() throws IOException {
            for (int c = in.read(); c >= 0; c = in.read()) {
                switch (c) {
                    case '{' -> {
                        groups.push(state);
                        out.write(c);
                    }
                    case '}' -> {
                        state = groups.isEmpty() ? state : groups.pop();
                        out.write(c);
                    }
                    case '\\' -> control();
                    default -> text(c);
                }
            }
        }

        private void text(int... characters) throws IOException {
            if (state.isShown()) {
                for (int c : characters) {
                    out.write(c);
                }
            }
        }

        private void control() throws IOException {
            int c = in.read();
            if (c == '\'') {
                text('\\', c, in.read(), in.read());
            } else if (c == '*') {
                out.write('\\');
                out.write(c);
            } else if (isLetter(c)) {
                in.unread(c);
                word();
            } else if (c >= 0) {
                text('\\', c);
            }
        }

        private void word() throws IOException {
            StringBuilder word = new StringBuilder();
            StringBuilder number = new StringBuilder();
            int c = in.read();
            for (; isLetter(c); c = in.read()) {
                word.append((char) c);
            }
            for (; (c >= '0' && c <= '9') || (c == '-' && number.isEmpty()); c = in.read()) {
                number.append((char) c);
            }
            boolean hasBlank = c == ' ';
            if (!hasBlank && c >= 0) {
                in.unread(c);
            }
            String name = word.toString();
            boolean isOn = !number.toString().equals("0");
            state = switch (name) {
                case "v" -> new State(isOn, state.deleted(), state.comment());
                case "deleted", "mvf" -> new State(state.hidden(), isOn, state.comment());
                case "plain" -> new State(false, false, state.comment());
                default -> COMMENT.contains(name) ? new State(state.hidden(), state.deleted(), true) : state;
            };
            if (name.equals("u") && !state.isShown()) {
                return;
            }
            out.write(("\\" + name + number + (hasBlank ? " " : "")).getBytes(StandardCharsets.US_ASCII));
            if (name.equals("bin") && number.toString().matches("\\d{1,9}")) {
                out.write(in.readNBytes(Integer.parseInt(number.toString())));
            }
        }

        private static boolean isLetter(int c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        }
    }
}
