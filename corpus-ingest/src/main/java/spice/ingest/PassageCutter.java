package spice.ingest;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

/// Cuts clean text into pieces within a budget of tokens. It cuts between paragraphs where that gives a piece of a
/// good size, else between lines, and inside a line only if that line alone exceeds the budget. The pieces of a
/// text are about equally long, so that none is a scrap.
final class PassageCutter {
    /// A usual ratio for English. A text within the budget by this measure is counted whole.
    private static final int CHARACTERS_A_TOKEN = 4;

    private final ToIntFunction<String> tokens;
    private final int budget;

    PassageCutter(ToIntFunction<String> tokens, int budget) {
        this.tokens = tokens;
        this.budget = budget;
    }

    /// A part of the text that becomes a passage.
    ///
    /// @param tokens length of the text, counted on the whole piece
    record Piece(String text, int tokens) {}

    /// A line, or a part of a long line, that is not cut further.
    ///
    /// @param tokens length of the line with its line end
    private record Line(String text, int tokens, boolean startsParagraph) {}

    /// The pieces in order; together they contain every line of the text.
    List<Piece> cut(String text) {
        List<Line> lines = lines(text);
        long total = lines.stream().mapToLong(Line::tokens).sum();
        long pieceCount = Math.max(1, Math.ceilDiv(total, budget));
        long share = Math.max(1, Math.ceilDiv(total, pieceCount));
        List<Piece> pieces = new ArrayList<>();
        int start = 0;
        while (start < lines.size()) {
            int end = end(lines, start, share);
            Piece piece = piece(lines.subList(start, end));
            // The whole may have more tokens than its lines together.
            while (piece.tokens() > budget && end > start + 1) {
                end--;
                piece = piece(lines.subList(start, end));
            }
            pieces.add(piece);
            start = end;
        }
        return pieces;
    }

    /// Finds the end of the piece that starts here: the first paragraph end after its share is reached. If the
    /// budget ends before that, it is the last paragraph end, provided that half of the share comes before it, else
    /// the line that reaches the share.
    private int end(List<Line> lines, int start, long share) {
        int lastParagraph = start;
        long beforeLastParagraph = 0;
        int shareReached = start;
        long sum = 0;
        for (int i = start; i < lines.size(); i++) {
            if (lines.get(i).startsParagraph() && i > start) {
                if (sum >= share) {
                    return i;
                }
                lastParagraph = i;
                beforeLastParagraph = sum;
            }
            if (sum < share) {
                shareReached = i + 1;
            }
            sum += lines.get(i).tokens();
            if (sum > budget && i > start) {
                return 2 * beforeLastParagraph >= share ? lastParagraph : Math.min(shareReached, i);
            }
        }
        return lines.size();
    }

    private Piece piece(List<Line> lines) {
        StringBuilder text = new StringBuilder(lines.getFirst().text());
        for (Line line : lines.subList(1, lines.size())) {
            text.append(line.startsParagraph() ? "\n\n" : "\n").append(line.text());
        }
        return new Piece(text.toString(), tokens.applyAsInt(text.toString()));
    }

    private List<Line> lines(String text) {
        List<Line> lines = new ArrayList<>();
        boolean startsParagraph = true;
        for (String line : (Iterable<String>) text.lines()::iterator) {
            if (line.isEmpty()) {
                startsParagraph = true;
                continue;
            }
            for (Line part : parts(line, startsParagraph)) {
                lines.add(part);
                startsParagraph = false;
            }
        }
        return lines;
    }

    /// The line, or its parts if it exceeds the budget. A line within the budget is counted only once.
    private List<Line> parts(String line, boolean startsParagraph) {
        String whole = line.strip();
        if (whole.isEmpty()) {
            return List.of();
        }
        if (line.length() <= (long) CHARACTERS_A_TOKEN * budget) {
            int count = tokens.applyAsInt(whole + "\n");
            if (count <= budget) {
                return List.of(new Line(whole, count, startsParagraph));
            }
        }
        List<Line> parts = new ArrayList<>();
        int start = 0;
        while (start < line.length()) {
            int end = fitting(line, start);
            String part = line.substring(start, end < line.length() ? boundary(line, start, end) : end);
            start += part.length();
            if (!part.isBlank()) {
                String text = part.strip();
                parts.add(new Line(text, tokens.applyAsInt(text + "\n"), startsParagraph && parts.isEmpty()));
            }
        }
        return parts;
    }

    /// The furthest end that keeps the text within the budget. Tries longer and longer texts first, so that a line
    /// of megabytes is not counted whole again and again.
    private int fitting(String line, int start) {
        int fits = start + Character.charCount(line.codePointAt(start));
        int tooFar = line.length() + 1;
        for (int length = CHARACTERS_A_TOKEN * budget; fits < line.length() && tooFar > line.length(); length *= 2) {
            int end = (int) Math.min(line.length(), (long) start + length);
            if (tokens.applyAsInt(line.substring(start, end)) <= budget) {
                fits = Math.max(fits, end);
            } else {
                tooFar = end;
            }
        }
        while (fits + 1 < tooFar) {
            int middle = (fits + tooFar) >>> 1;
            if (tokens.applyAsInt(line.substring(start, middle)) <= budget) {
                fits = middle;
            } else {
                tooFar = middle;
            }
        }
        return fits;
    }

    /// The end of the last sentence before this place, else of the last word, else the place itself. Never in the
    /// first half of the text.
    private static int boundary(String line, int start, int end) {
        int half = start + (end - start) / 2;
        int word = -1;
        for (int i = end; i > half; i--) {
            if (line.charAt(i - 1) == ' ') {
                word = Math.max(word, i);
                if (i - 2 > half && ".!?".indexOf(line.charAt(i - 2)) >= 0) {
                    return i;
                }
            }
        }
        if (word >= 0) {
            return word;
        }
        return Character.isLowSurrogate(line.charAt(end)) && end - start > 1 ? end - 1 : end;
    }
}
