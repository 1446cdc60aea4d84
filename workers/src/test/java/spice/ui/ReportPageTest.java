package spice.ui;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.Keys;
import spice.checkpoints.Checkpoints;
import spice.checkpoints.WrittenRun;
import spice.live.LiveServer;
import spice.report.LiveReport;
import spice.report.Report;
import spice.report.Standing;
import spice.runs.CheckpointRef;
import spice.runs.RunProgress;
import spice.store.BlobRef;
import spice.store.InMemoryBlobStore;

/// A run's page in a real browser, as a file and live.
@ExtendWith(WebUi.class)
class ReportPageTest {
    /// All known ways for a text to become a script, and the characters that end JSON or an element.
    private static final String HOSTILE =
            "</script><script>window.harmed = 1</script><img src=x onerror='window.harmed = 2'>"
                    + "<!--\u2028\u2029{{data}} \"quoted\" & <b>bold</b> javascript:alert(1)";

    private static final String LINEAGE = "report";

    /// The value that each chart shows for the second iteration.
    private static final Map<String, String> VALUES = values();

    private static final LiveReport.Temporal NOBODY = new LiveReport.Temporal() {
        @Override
        public Optional<Standing> standing(String lineage) {
            return Optional.empty();
        }

        @Override
        public Optional<String> page(String lineage) {
            return Optional.empty();
        }
    };

    @TempDir
    private Path folder;

    private final InMemoryBlobStore store = new InMemoryBlobStore();

    private static Map<String, String> values() {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("held-out", "greedy 75.0\u00a0%");
        // 0.5 + 0.4 sin(2 / 40)
        values.put("pass-rate", "pass rate 52.0\u00a0%");
        values.put("reward", "reward 0.300");
        values.put("valid", "valid 90.0\u00a0%, quote not in document 6.0\u00a0%, unreadable 4.0\u00a0%");
        values.put("repairs", "fence 12.0\u00a0%, trailing comma 3.0\u00a0%");
        values.put("kinds", "integer 55.6\u00a0%, string 44.4\u00a0%");
        values.put("kind-rates", "integer 52.0\u00a0%, string 52.0\u00a0%");
        values.put("difficulty", "hard  55.6\u00a0%, easy 44.4\u00a0%");
        values.put("diversity", "different questions 88.9\u00a0%, passages a task 8.9\u00a0%, self-BLEU 60.0\u00a0%");
        values.put("suspect", "suspect golds 2, undecided 0");
        values.put("lengths", "Challenger 12.0, Reasoner 20.0");
        values.put("loss", "loss -0.00500");
        values.put("entropy", "entropy 1.000");
        values.put("gradient", "gradient norm 0.400");
        values.put("clipped", "clipped 2.0\u00a0%, truncated 0.1\u00a0%");
        values.put("mismatch", "difference 1.00e-4");
        values.put("speed", "sampling 9,500, training 13,333");
        values.put("seconds", "draw 0.1 s, pose 1.5 s, attempt 6.0 s, score 0.3 s, train 2.0 s");
        return values;
    }

    private WrittenRun written(String words) {
        WrittenRun run = new WrittenRun(store, LINEAGE, words);
        run.begin();
        return run;
    }

    private URI report(Optional<Standing> standing) throws IOException {
        Optional<CheckpointRef> last = new Checkpoints(store).last(LINEAGE);
        Report report = Report.of(store, "s3://spice", LINEAGE, last, standing, Optional.empty());
        return Files.write(folder.resolve("report.html"), report.html()).toUri();
    }

    private static void awaitReady(Browser browser) {
        browser.await("html[data-ready]");
    }

    /// Opens all `details` elements and waits for their tables.
    private static void openAll(Browser browser) {
        browser.run("document.querySelectorAll('details').forEach(details => details.open = true)");
        browser.awaitSo("return [...document.querySelectorAll('details')].every(each => each.querySelector('table'))");
    }

    /// Checks axe's rules, and that nothing is wider than the window.
    private void assertAccessible(Browser browser) throws IOException {
        try (InputStream axe = getClass().getResourceAsStream("/axe.min.js")) {
            browser.run(new String(axe.readAllBytes(), StandardCharsets.UTF_8));
        }
        Object serious = browser.runAsync("""
            const done = arguments[arguments.length - 1];
            axe.run().then(result => done(result.violations
                .filter(found => ['serious', 'critical'].includes(found.impact))
                .map(found => found.id + ': ' + found.nodes.map(node => node.html.slice(0, 200)).join(' | '))));
            """);
        assertThat((List<?>) serious).isEmpty();
        assertThat(browser.run("return document.documentElement.scrollWidth <= innerWidth"))
                .isEqualTo(true);
    }

    @Test
    void hostileTextsAreTextsAndNothingElse(Browser browser) throws IOException {
        WrittenRun run = written(HOSTILE);
        BlobRef corpus = run.corpus();
        run.commit(1, corpus);
        run.evaluate(run.commit(2, corpus), 15);
        run.cross(run.commit(3, corpus));
        browser.look(1280, false);
        browser.visit(report(Optional.of(Standing.ended("failed", Optional.of("TRAINING_DIVERGED: " + HOSTILE)))));
        awaitReady(browser);
        openAll(browser);

        assertThat(browser.text("#trouble")).contains("TRAINING_DIVERGED: </script><script>window.harmed = 1");
        assertThat(browser.text("#cards")).contains("<img src=x onerror='window.harmed = 2'>");
        assertThat(browser.text("#documents")).contains("</script><script>");
        assertThat(browser.text("#crossing")).contains("<b>bold</b>");
        assertThat(browser.run("return document.querySelectorAll('img, b, iframe, object').length"))
                .isEqualTo(0L);
        assertThat(browser.run("return window.harmed === undefined")).isEqualTo(true);
    }

    @Test
    void aSamplerThatWasNotTheLearnerIsNamed(Browser browser) throws IOException {
        WrittenRun run = written("");
        BlobRef corpus = run.corpus();
        run.commit(1, corpus);
        run.commit(2, corpus);
        browser.visit(report(Optional.empty()));
        awaitReady(browser);
        assertThat(browser.run("return document.getElementById('warning').hidden"))
                .isEqualTo(true);

        run.commit(3, corpus);
        browser.visit(report(Optional.empty()));
        awaitReady(browser);
        assertThat(browser.text("#warning"))
                .contains(
                        "Sampler and learner differed by up to 0.0250 nats a token",
                        "more than rounding explains (0.01), in iteration 3");
    }

    /// The content security policy stops what would get past the escaping: a script added later, an event handler,
    /// HTML from text, a connection.
    @Test
    void thePolicyLetsNoOtherScriptRun(Browser browser) throws IOException {
        written("").commit(1, new WrittenRun(store, LINEAGE, "").corpus());
        browser.visit(report(Optional.empty()));
        awaitReady(browser);
        Object refused = browser.runAsync("""
            const done = arguments[arguments.length - 1];
            const refused = [];
            document.addEventListener('securitypolicyviolation', event => refused.push(event.effectiveDirective));
            const attempts = [
              () => { const script = document.createElement('script'); script.append('window.harmed = 1'); document.body.append(script); },
              () => { const image = document.createElement('img'); image.src = 'x'; image.setAttribute('onerror', 'window.harmed = 2'); document.body.append(image); },
              () => { document.body.innerHTML = '<p>gone</p>'; },
              () => { fetch('https://127.0.0.1:1/').catch(() => {}); },
            ];
            const expected = ['img-src', 'connect-src', 'require-trusted-types-for'];
            const look = () => expected.every(each => refused.includes(each))
                ? done(refused.join(' ') + ' ' + window.harmed + ' ' + document.querySelectorAll('main').length)
                : setTimeout(look, 20);
            for (const attempt of attempts) { try { attempt(); } catch (e) { refused.push(e.name); } }
            look();
            """);
        assertThat((String) refused)
                .contains("TypeError TypeError", "require-trusted-types-for", "img-src", "connect-src")
                .endsWith("undefined 1");
    }

    @ParameterizedTest
    @CsvSource({"1280, false, 0", "1280, true, 0", "390, false, 0", "390, true, 0", "1280, false, 120", "390, true, 120"
    })
    void isAccessible(int width, boolean isDark, int wordsMore, Browser browser) throws IOException {
        WrittenRun run = written(" and so on".repeat(wordsMore));
        BlobRef corpus = run.corpus();
        for (int iteration = 1; iteration < 12; iteration++) {
            run.evaluate(run.commit(iteration, corpus), 6 + iteration);
        }
        run.cross(run.commit(12, corpus));
        browser.look(width, isDark);
        browser.visit(report(Optional.of(Standing.ended("failed", Optional.of("ABORTED: wrong corpus")))));
        awaitReady(browser);
        openAll(browser);
        browser.screenshot(
                "report-%d-%s-%s".formatted(width, isDark ? "dark" : "light", wordsMore == 0 ? "short" : "long"));
        assertAccessible(browser);
    }

    /// Texts that scroll can be scrolled by keyboard; the others are not tab stops.
    @Test
    void longTextsCanBeReachedByKeyboard(Browser browser) throws IOException {
        WrittenRun run = written(" and so on".repeat(120));
        run.commit(1, run.corpus());
        browser.look(390, false);
        browser.visit(report(Optional.empty()));
        awaitReady(browser);
        browser.awaitSo("""
            const texts = [...document.querySelectorAll('#cards blockquote, #cards pre, #cards .said')];
            const scrolls = texts.filter(text => text.scrollHeight > text.clientHeight + 1);
            return scrolls.some(text => text.classList.contains('said'))
                && texts.every(text => (text.tabIndex === 0) === scrolls.includes(text));
            """);
        assertThat(browser.text("#cards"))
                .contains("Longer texts are cut. In full: tasks s3://spice/blobs/", "passages s3://spice/blobs/");
    }

    /// Values of the second iteration that WrittenRun writes; no chart may say that nothing was measured.
    @Test
    void everyChartSaysWhatTheDataSay(Browser browser) throws IOException {
        WrittenRun run = written("");
        run.commit(1, run.corpus());
        run.evaluate(run.commit(2, run.corpus()), 15);
        browser.look(1280, false);
        browser.visit(report(Optional.empty()));
        awaitReady(browser);
        assertThat(browser.run(
                        "return [...document.querySelectorAll('#charts figure')].map(chart => chart.id).join(' ')"))
                .isEqualTo(VALUES.keySet().stream().map(id -> "chart-" + id).collect(Collectors.joining(" ")));
        VALUES.forEach((id, value) -> assertThat(browser.await("#plot-" + id).getDomAttribute("aria-valuetext"))
                .as(id)
                .startsWith("iteration 2: ")
                .contains(value));
        assertThat(browser.run("return document.querySelectorAll('.plot canvas').length"))
                .isEqualTo((long) VALUES.size());
    }

    @Test
    void theRunIsNamedWithItsSettingsVersionAndHardware(Browser browser) throws IOException {
        WrittenRun run = written("");
        run.commit(1, run.corpus());
        run.commit(2, run.corpus());
        browser.look(1280, false);
        browser.visit(report(Optional.empty()));
        awaitReady(browser);
        openAll(browser);
        assertThat(browser.text("#facts"))
                .contains(
                        "spice of the tests",
                        "amd64 of the tests",
                        "checkpoints/report/0123456789ab/00000002",
                        "s3://spice",
                        "iteration 2: learningRate 1.0E-4",
                        "groupSize 8 tasks kept of a document");
        assertThat(browser.text("#documents"))
                .contains("2 files seen: 1 taken, 1 refused", "empty.txt", "s3://spice/blobs/");
    }

    @Test
    void aTaskShowsEveryAttemptsVerdictAndReward(Browser browser) throws IOException {
        WrittenRun run = new WrittenRun(store, LINEAGE, "", 40);
        run.begin();
        run.commit(1, run.corpus());
        browser.look(1280, false);
        browser.visit(report(Optional.empty()));
        awaitReady(browser);
        choose(browser, "by-text", "saffron 2 plus");
        // Two of forty attempts are right; sixteen are shown.
        assertThat(browser.text("#cards"))
                .contains(
                        "2 of 40 right", "reward +0.55", "advantage +0.25", "✓ correct", "reward 1", "advantage +0.50")
                .contains("✗ wrong", "reward 0", "advantage −0.50", "? unreadable")
                .contains("and 24 more");
        assertThat(browser.run("return document.querySelectorAll('#cards .attempts li').length"))
                .isEqualTo(16L);
        choose(browser, "by-verdict", "right");
        assertThat(browser.text("#found")).startsWith("None of");
        choose(browser, "by-verdict", "mixed");
        assertThat(browser.text("#found")).startsWith("1 task of");
    }

    @Test
    void tasksAreFoundByVerdictKindFileAndText(Browser browser) throws IOException {
        WrittenRun run = written("");
        run.commit(1, run.corpus());
        run.commit(2, run.corpus());
        browser.look(1280, false);
        browser.visit(report(Optional.empty()));
        awaitReady(browser);
        assertThat(browser.text("#found")).startsWith("18 tasks");
        choose(browser, "by-verdict", "refused");
        assertThat(browser.text("#found")).startsWith("2 tasks of 18");
        choose(browser, "by-iteration", "2");
        assertThat(browser.text("#found")).startsWith("1 task of 18");
        choose(browser, "by-verdict", "");
        choose(browser, "by-kind", "integer");
        choose(browser, "by-source", "ledgers/3");
        assertThat(browser.text("#found")).startsWith("1 task of 18");
        assertThat(browser.text("#cards")).contains("saffron 5 plus 285", "✓ correct", "✗ wrong");
        assertThat(browser.text("#cards mark")).isEqualTo("saffron 5 plus 285 is 290");
        choose(browser, "by-text", "nowhere");
        assertThat(browser.text("#found")).startsWith("None of the 18");
    }

    private static void choose(Browser browser, String id, String value) {
        browser.run(
                "const field = document.getElementById(arguments[0]); field.value = arguments[1];"
                        + " field.dispatchEvent(new Event('input', {bubbles: true}))",
                id,
                value);
    }

    @Test
    void chartsAreWalkedWithTheKeyboardAndHaveTables(Browser browser) throws IOException {
        WrittenRun run = written("");
        run.evaluate(run.commit(1, run.corpus()), 15);
        run.commit(2, run.corpus());
        browser.look(1280, false);
        browser.visit(report(Optional.empty()));
        awaitReady(browser);
        String chart = "#plot-held-out";
        browser.type(chart, Keys.HOME);
        assertThat(browser.await(chart).getDomAttribute("aria-valuetext"))
                .startsWith("iteration 0: greedy 30.0\u00a0% (10.0\u00a0% to 50.0\u00a0%)");
        browser.type(chart, Keys.ARROW_RIGHT);
        assertThat(browser.await(chart).getDomAttribute("aria-valuetext"))
                .startsWith("iteration 1: greedy 75.0\u00a0%");
        browser.press("#chart-held-out summary");
        assertThat(browser.await("#chart-held-out table").getText()).contains("0 30.0 %", "1 75.0 %");
    }

    /// The run is real, its steps are scripted: while an iteration trains, the test writes what it would have
    /// written.
    @Test
    void theLivePageFollowsARun(Browser browser, ScriptedStack stack) throws Exception {
        WrittenRun run = new WrittenRun(store, "live", "");
        run.begin();
        BlobRef corpus = run.corpus();
        LiveReport.Temporal temporal = new LiveReport.Temporal() {
            @Override
            public Optional<Standing> standing(String lineage) {
                return Optional.of(Standing.of(
                        stack.client.newUntypedWorkflowStub(lineage).query("progress", RunProgress.class),
                        Optional.empty()));
            }

            @Override
            public Optional<String> page(String lineage) {
                return Optional.of(stack.ui()
                        .resolve("/namespaces/default/workflows/" + lineage)
                        .toString());
            }
        };
        stack.holdTraining();
        stack.start("live", Map.of("iterations", 3));
        stack.awaitChild("live/iteration-1");
        try (LiveServer server = LiveServer.start(
                store, "s3://spice", temporal, "token", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            browser.look(1280, true);
            browser.visit(server.home().resolve("live/"));
            browser.awaitText("· live");
            browser.run("window.sameDocument = true");
            run.evaluate(run.commit(1, corpus), 12);
            browser.await("//*[@id='state'][contains(., '1 of 3 iterations')]");
            browser.awaitText("saffron 1 plus 285");
            browser.screenshot("live-first");
            run.commit(2, corpus);
            run.cross(run.commit(3, corpus));
            browser.await("//*[@id='state'][contains(., '3 of 3 iterations')]");
            browser.awaitText("Both Challengers posed on the same documents");
            assertThat(browser.run("return window.sameDocument")).isEqualTo(true);
            stack.repair();
            stack.result("live");
            browser.await("//*[@id='state'][contains(., 'done')]");
            browser.screenshot("live-done");
            browser.run("document.querySelector('#cards a').click()");
            browser.awaitText("live/iteration-3");
        }
    }

    /// A reader has a table open, a chart's cursor on an iteration, and a task in view when the next iteration
    /// arrives. With texts this long the page shows five tasks of an iteration.
    @Test
    void theLivePageKeepsTheReadersPlace(Browser browser) throws IOException {
        WrittenRun run = new WrittenRun(store, "kept", " and so on".repeat(60));
        run.begin();
        BlobRef corpus = run.corpus();
        for (int iteration = 1; iteration <= 3; iteration++) {
            run.commit(iteration, corpus);
        }
        try (LiveServer server = LiveServer.start(
                store, "s3://spice", NOBODY, "token", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            browser.look(1280, false);
            browser.visit(server.home().resolve("kept/"));
            browser.awaitText("· live");
            openAll(browser);
            choose(browser, "by-text", "saffron");
            browser.type("#plot-pass-rate", Keys.HOME);
            browser.run("""
                window.scrollTo({top: document.getElementById('cards').getBoundingClientRect().top + scrollY, behavior: 'instant'});
                window.readTask = document.querySelector('#cards article');
                window.readPassage = readTask.querySelector('blockquote');
                readPassage.scrollTop = 40;
                window.seen = {top: readTask.getBoundingClientRect().top, scroll: readPassage.scrollTop,
                    row: document.querySelector('#chart-pass-rate tbody tr')};
                """);
            run.commit(4, corpus);
            browser.await("//*[@id='state'][contains(., '4 iterations')]");
            assertThat(browser.run("return document.querySelector('#cards article') === readTask"))
                    .isEqualTo(true);
            assertThat(browser.run("return readPassage.isConnected && readPassage.scrollTop > 0 &&"
                            + " readPassage.scrollTop === seen.scroll"))
                    .isEqualTo(true);
            browser.awaitSo("return Math.abs(readTask.getBoundingClientRect().top - seen.top) < 2");
            assertThat(browser.run("return document.activeElement.id")).isEqualTo("plot-pass-rate");
            assertThat(browser.await("#plot-pass-rate").getDomAttribute("aria-valuetext"))
                    .startsWith("iteration 1: ");
            assertThat(browser.await("#plot-reward").getDomAttribute("aria-valuetext"))
                    .startsWith("iteration 4: ");
            assertThat(browser.run("return [...document.querySelectorAll('details')].every(each => each.open)"))
                    .isEqualTo(true);
            assertThat(browser.run("return document.querySelector('#chart-pass-rate tbody tr') === seen.row &&"
                            + " document.querySelectorAll('#chart-pass-rate tbody tr').length"))
                    .isEqualTo(4L);
            assertThat(browser.await("#newer").getText()).isEqualTo("Show 5 newer");
            assertAccessible(browser);
            browser.press("#newer", "//*[@id='cards']/article[1][contains(., 'iteration 4')]");
            browser.await("//*[@id='found'][contains(., '20 tasks')]");

            browser.visit(server.home());
            browser.await("//a[text()='kept']");
            assertAccessible(browser);
        }
    }

    /// docs/LOG.md says how long it takes; here the page only has to open.
    @Test
    void aThousandIterationsOpen(Browser browser) throws IOException {
        WrittenRun run = written("and so on ".repeat(20));
        BlobRef corpus = run.corpus();
        for (int iteration = 1; iteration <= 1000; iteration++) {
            run.commit(iteration, corpus);
        }
        browser.look(1280, false);
        browser.visit(report(Optional.empty()));
        awaitReady(browser);
        System.out.printf(
                "1,000 iterations, %.1f MB, open after %s ms%n",
                Files.size(folder.resolve("report.html")) / 1e6,
                browser.run("return Math.round(performance.getEntriesByType('navigation')[0].loadEventEnd)"));
        assertThat(browser.text("#state")).startsWith("1,000 iterations");
    }
}
