package spice.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import spice.domain.Passage;
import spice.store.InMemoryBlobStore;

/// Texts in many charsets, with right, wrong and no declarations. Every file below is read by the real parser, and
/// the text that it gives must be the text that was written.
class CharsetTest {
    private static final Map<String, String> TEXTS = Map.ofEntries(
            Map.entry(
                    "en", "The merchant’s “book” – kept at the counter – says it’s 12 pounds.\nAll is in the ledger."),
            Map.entry("de", "Die Kräuter wurden im März für 27 Gulden verkauft. „Größe und Güte“ – so der Händler."),
            Map.entry("pl", "Zażółć gęślą jaźń. Kupiec sprzedał szafran za trzysta złotych, resztę zapisał w księdze."),
            Map.entry("cs", "Příliš žluťoučký kůň úpěl ďábelské ódy. Obchodník prodal šafrán za tři sta zlatých."),
            Map.entry("hu", "Árvíztűrő tükörfúrógép. A kereskedő háromszáz forintért adta el a sáfrányt."),
            Map.entry("ru", "Купец продал шафран за триста рублей, а остальное записал в книгу. Имбирь дороже перца."),
            Map.entry("el", "Ο έμπορος πούλησε το σαφράν για τριακόσιες δραχμές και έγραψε τα υπόλοιπα στο βιβλίο."),
            Map.entry("he", "הסוחר מכר את הזעפרן בשלוש מאות שקלים ורשם את השאר בספר."),
            Map.entry("ar", "باع التاجر الزعفران بثلاثمائة دينار وكتب الباقي في الكتاب."),
            Map.entry("ja", "商人はサフランを三百円で売り、残りを帳簿に書きました。新しい生姜は胡椒より高いです。"),
            Map.entry("zh", "商人以三百元的价格卖出了藏红花，其余的记在账簿上。新鲜的生姜比胡椒贵。"),
            Map.entry("tw", "商人以三百元的價格賣出了藏紅花，其餘的記在賬簿上。新鮮的生薑比胡椒貴。"),
            Map.entry("ko", "상인은 사프란을 삼백 원에 팔고 나머지를 장부에 적었습니다. 신선한 생강은 후추보다 비쌉니다."),
            Map.entry("th", "พ่อค้าขายหญ้าฝรั่นในราคาสามร้อยบาท และจดส่วนที่เหลือไว้ในสมุดบัญชี"));

    @TempDir
    static Path folder;

    private static final Map<String, String> READ = new TreeMap<>();
    private static CorpusManifest manifest;

    @ParameterizedTest
    @CsvSource({
        "en, windows-1252",
        "de, windows-1252",
        "de, UTF-8",
        "de, UTF-16LE",
        "de, UTF-16BE",
        "de, UTF-32LE",
        "pl, ISO-8859-2",
        "pl, windows-1250",
        "cs, ISO-8859-2",
        "cs, windows-1250",
        "hu, ISO-8859-2",
        "ru, windows-1251",
        "ru, KOI8-R",
        "ru, ISO-8859-5",
        "ru, IBM866",
        "ru, UTF-16LE",
        "ru, UTF-16BE",
        "el, windows-1253",
        "el, ISO-8859-7",
        "he, windows-1255",
        "ar, windows-1256",
        "th, x-windows-874",
        "ja, Shift_JIS",
        "ja, EUC-JP",
        "ja, ISO-2022-JP",
        "ja, UTF-16LE",
        "ja, UTF-16BE",
        "en, UTF-16BE",
        "zh, GB18030",
        "tw, Big5",
        "ko, EUC-KR"
    })
    void aTextWithoutADeclarationIsDetected(String language, String charset) {
        byte[] bytes = text(language).getBytes(Charset.forName(charset));
        assertThat(new String(bytes, TextCharset.of(bytes))).isEqualTo(text(language));
    }

    /// "Müller & Söhne" is too short for any statistics, and half a million lines are more than the sample.
    @Test
    void shortAndLongTextsAreDetected() {
        byte[] name = "Müller & Söhne".getBytes(Charset.forName("windows-1252"));
        assertThat(TextCharset.of(name)).isEqualTo(Charset.forName("windows-1252"));
        byte[] end = "a".repeat(TextCharset.SAMPLE - 1).concat("ä").getBytes(StandardCharsets.UTF_8);
        assertThat(TextCharset.of(end)).isEqualTo(StandardCharsets.UTF_8);
    }

    /// Zeros that pad a text, and the mark at the end of a DOS file, do not make it UTF-16.
    @Test
    void controlCharactersInATextAreNotTakenForUtf16() {
        for (String padding : List.of("\0\0\0\0", "\u001A", "\b\b")) {
            for (String language : List.of("en", "de", "ru")) {
                byte[] bytes = text(language).concat(padding).getBytes(StandardCharsets.UTF_8);
                assertThat(TextCharset.of(bytes)).isEqualTo(StandardCharsets.UTF_8);
            }
        }
    }

    /// One byte of another charset must not turn all other letters into pairs of signs.
    @Test
    void utf8WithAWrongByteIsUtf8() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(text("de").getBytes(StandardCharsets.UTF_8));
        bytes.write(0xFC);
        assertThat(TextCharset.of(bytes.toByteArray())).isEqualTo(StandardCharsets.UTF_8);
    }

    @BeforeAll
    static void ingest() throws IOException {
        write("curly.txt", "windows-1252", text("en"));
        write("notes.md", "windows-1252", "# Notes\n\n" + text("en"));
        write("prices.csv", "windows-1252", "Name;Ort;Preis\nMüller;Köln;3 €\nJäger;Süden;4 €\n");
        write("prices16.csv", "UTF-16", "Name,Ort,Preis\nMüller,Köln,3 €\nJäger,Süden,4 €\n");
        write("latin1.html", "windows-1252", html("iso-8859-1", text("en")));
        write("ascii.html", "windows-1252", html("us-ascii", text("en")));
        write("right.html", "ISO-8859-2", html("iso-8859-2", text("pl")));
        write("gb2312.html", "GB18030", html("gb2312", text("zh")));
        write("wrong.html", "windows-1251", html("utf-8", text("ru")));
        write("utf8 as latin1.html", "UTF-8", html("iso-8859-1", text("de")));
        write("wrong.xml", "windows-1251", xml("utf-8", text("ru")));
        write("latin1.xml", "windows-1252", xml("iso-8859-1", text("en")));
        write("utf16.xml", "UTF-16", xml("utf-16", text("ru")));
        write("none.xml", "UTF-8", "<a><b>%s</b></a>".formatted(text("ru")));
        write(
                "wrong.svg",
                "windows-1251",
                "<svg xmlns='http://www.w3.org/2000/svg'><text>%s</text></svg>".formatted(text("ru")));
        write("wrong.eml", "windows-1251", mail("utf-8", text("ru")));
        write("ascii.eml", "windows-1252", mail("us-ascii", text("en")));
        write("right.eml", "KOI8-R", mail("koi8-r", text("ru")));
        write("bell.html", "UTF-8", html("utf-8", text("de") + "\u0007"));
        write("bell.xml", "UTF-8", xml("utf-8", text("ru") + "\u0007"));
        write(
                "manual.txt",
                "UTF-8",
                "N\bNA\bAM\bME\bE\n\u001B[1mspice\u001B[0m, \u001B[4;31ma\u001B[m _\bt_\br_\ba_\bd_\be\fA page.\u0007\u0000");
        write("program.py", "windows-1252", "# %s".formatted(text("de")));
        write("japanese without a mark.txt", "UTF-16LE", text("ja"));
        write("japanese with a mark.txt", "UTF-16", text("ja"));
        write("japanese.txt", "Shift_JIS", text("ja"));
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(folder.resolve("packed.zip")))) {
            zip.putNextEntry(new ZipEntry("inner.txt"));
            zip.write(text("en").getBytes(Charset.forName("windows-1252")));
        }
        Files.write(
                folder.resolve("lost.txt"), "Die Kr\uFFFDuter f\uFFFDr 27 Gulden.".getBytes(StandardCharsets.UTF_8));
        InMemoryBlobStore store = new InMemoryBlobStore();
        manifest = Ingest.ingest(
                        FolderSource.below(folder, "."),
                        IngestSettings.of("characters", 4000),
                        2,
                        String::length,
                        store,
                        IngestProgress.NONE)
                .manifest();
        // Equal texts are kept once in a corpus, so each passage is read where its file was first.
        for (Passage passage : new CorpusReader(store, manifest).passages()) {
            READ.put(passage.source(), passage.text());
        }
    }

    @Test
    void whatIsReadIsWhatWasWritten() {
        assertThat(READ)
                .containsOnlyKeys(manifest.sources().stream()
                        .filter(source -> source.passages() > 0)
                        .map(CorpusManifest.Source::path)
                        .toList());
        assertThat(READ.values())
                .containsExactlyInAnyOrderElementsOf(Stream.of(
                                List.of("de", "en", "ja", "pl", "ru", "zh").stream()
                                        .map(CharsetTest::text),
                                Stream.of(
                                        "# Notes\n\n" + text("en"),
                                        "# " + text("de"),
                                        "NAME\nspice, a trade\n\nA page.",
                                        "Name;Ort;Preis\nMüller;Köln;3 €\nJäger;Süden;4 €",
                                        "Name,Ort,Preis\nMüller,Köln,3 €\nJäger,Süden,4 €"))
                        .flatMap(texts -> texts)
                        .toList());
        // Each of these says one of the six texts.
        assertThat(manifest.totals().duplicates()).isEqualTo(15);
    }

    @Test
    void aTextThatLostItsLettersIsRefused() {
        assertThat(manifest.refused())
                .containsExactly(new RefusedFile(
                        "lost.txt", FileRefusal.UNDECODABLE, "text/plain: 2 of 26 characters are unknown (U+FFFD)"));
    }

    private static String text(String language) {
        return TEXTS.getOrDefault(language, "");
    }

    private static String html(String charset, String text) {
        return "<!DOCTYPE html><html><head><meta charset=\"%s\"></head><body><p>%s</p></body></html>"
                .formatted(charset, text);
    }

    private static String xml(String charset, String text) {
        return "<?xml version=\"1.0\" encoding=\"%s\"?><a><b>%s</b></a>".formatted(charset, text);
    }

    private static String mail(String charset, String text) {
        return Stream.of(
                        "From: a@example.org",
                        "To: b@example.org",
                        "Subject: The book",
                        "MIME-Version: 1.0",
                        "Content-Type: text/plain; charset=" + charset,
                        "Content-Transfer-Encoding: 8bit",
                        "",
                        text)
                .collect(Collectors.joining("\r\n"));
    }

    private static void write(String name, String charset, String text) throws IOException {
        Files.write(folder.resolve(name), text.getBytes(Charset.forName(charset)));
    }
}
