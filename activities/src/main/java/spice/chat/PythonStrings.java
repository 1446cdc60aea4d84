package spice.chat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// The methods of Python's `str` that chat templates call.
final class PythonStrings {
    private static final Pattern BLANKS = Pattern.compile("\\s+");
    private static final Pattern WORD = Pattern.compile("\\p{L}+");

    private PythonStrings() {}

    /// Calls a method.
    ///
    /// @throws UnusableTemplate if the method does not exist, or does not take these arguments
    static Object call(String text, String method, List<?> arguments) {
        return switch (method) {
            case "strip" -> stripped(text, arguments, true, true);
            case "lstrip" -> stripped(text, arguments, true, false);
            case "rstrip" -> stripped(text, arguments, false, true);
            case "startswith" -> anyOf(arguments, text::startsWith);
            case "endswith" -> anyOf(arguments, text::endsWith);
            case "split" -> split(text, arguments);
            case "splitlines" -> text.lines().toList();
            case "replace" -> replaced(text, string(arguments, 0), string(arguments, 1));
            case "removeprefix" ->
                text.startsWith(string(arguments, 0))
                        ? text.substring(string(arguments, 0).length())
                        : text;
            case "removesuffix" ->
                text.endsWith(string(arguments, 0))
                        ? text.substring(0, text.length() - string(arguments, 0).length())
                        : text;
            case "lower" -> text.toLowerCase(Locale.ROOT);
            case "upper" -> text.toUpperCase(Locale.ROOT);
            case "title" -> WORD.matcher(text).replaceAll(word -> capitalized(word.group()));
            case "capitalize" -> capitalized(text);
            case "find" -> (long) text.indexOf(string(arguments, 0));
            case "count" -> count(text, string(arguments, 0));
            case "isdigit" -> !text.isEmpty() && text.chars().allMatch(Character::isDigit);
            case "join" -> joined(text, arguments);
            default -> throw new UnusableTemplate("there is no method .%s() of a text here".formatted(method));
        };
    }

    private static String string(List<?> arguments, int number) {
        if (number < arguments.size() && arguments.get(number) instanceof String text) {
            return text;
        }
        throw new UnusableTemplate("a method of a text got the arguments " + arguments);
    }

    private static String stripped(String text, List<?> arguments, boolean left, boolean right) {
        boolean blanks = arguments.isEmpty() || arguments.getFirst() == null;
        String characters = blanks ? "" : string(arguments, 0);
        int from = 0;
        int to = text.length();
        while (left && from < to && isAmong(text.charAt(from), characters, blanks)) {
            from++;
        }
        while (right && from < to && isAmong(text.charAt(to - 1), characters, blanks)) {
            to--;
        }
        return text.substring(from, to);
    }

    private static boolean isAmong(char character, String characters, boolean blanks) {
        return blanks ? Character.isWhitespace(character) : characters.indexOf(character) >= 0;
    }

    private static boolean anyOf(List<?> arguments, Predicate<String> test) {
        return arguments.getFirst() instanceof Collection<?> several
                ? several.stream().map(String::valueOf).anyMatch(test)
                : test.test(string(arguments, 0));
    }

    private static List<String> split(String text, List<?> arguments) {
        int most = arguments.size() > 1 && arguments.get(1) instanceof Number number && number.intValue() >= 0
                ? number.intValue() + 1
                : -1;
        if (arguments.isEmpty() || arguments.getFirst() == null) {
            String words = text.strip();
            return words.isEmpty() ? List.of() : List.of(BLANKS.split(words, most));
        }
        return new ArrayList<>(List.of(text.split(Pattern.quote(string(arguments, 0)), most)));
    }

    private static String capitalized(String word) {
        return word.isEmpty()
                ? word
                : word.substring(0, 1).toUpperCase(Locale.ROOT)
                        + word.substring(1).toLowerCase(Locale.ROOT);
    }

    private static long count(String text, String part) {
        return part.isEmpty() ? text.length() + 1 : text.split(Pattern.quote(part), -1).length - 1;
    }

    private static String replaced(String text, String part, String by) {
        requireLength(text.length() + count(text, part) * (by.length() - part.length()));
        return text.replace(part, by);
    }

    private static void requireLength(long length) {
        if (length > JinjaTemplate.LENGTH) {
            throw new UnusableTemplate("it makes a text of %d characters".formatted(length));
        }
    }

    private static String joined(String between, List<?> arguments) {
        if (arguments.getFirst() instanceof Collection<?> parts) {
            List<String> texts = parts.stream().map(String::valueOf).toList();
            requireLength(texts.stream()
                    .mapToLong(text -> text.length() + between.length())
                    .sum());
            return String.join(between, texts);
        }
        throw new UnusableTemplate(".join() got " + arguments);
    }
}
