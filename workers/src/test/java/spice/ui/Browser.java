package spice.ui;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.support.ui.WebDriverWait;

/// A headless Chromium on the Temporal UI. Each action waits until the page is ready for it.
final class Browser {
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration LOOK = Duration.ofMillis(100);

    private static @Nullable Browser shared;

    private final URI ui;
    private final ChromeDriver driver;

    private Browser(URI ui, ChromeDriver driver) {
        this.ui = ui;
        this.driver = driver;
    }

    /// Why this machine cannot run a browser, if so.
    static Optional<String> problem() {
        return chromium().isEmpty() || chromedriver().isEmpty()
                ? Optional.of("there is no chromium and chromedriver on the PATH")
                : Optional.empty();
    }

    /// The browser of this JVM, on the Temporal UI of the shared stack. It is reset as if it had just been opened:
    /// nothing is left of what other classes have set or of what the UI has stored for them.
    static synchronized Browser shared() throws IOException, InterruptedException {
        if (shared == null) {
            Browser opened = open(ScriptedStack.shared().ui());
            Runtime.getRuntime().addShutdownHook(new Thread(opened::close));
            shared = opened;
        }
        shared.reset();
        return shared;
    }

    private void reset() {
        driver.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
        driver.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features", List.of()));
        driver.executeCdpCommand("Storage.clearDataForOrigin", Map.of("origin", ui.toString(), "storageTypes", "all"));
    }

    private static Browser open(URI ui) {
        ChromeOptions options = new ChromeOptions()
                .setBinary(chromium().orElseThrow().toFile())
                .addArguments(
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--window-size=1400,1300");
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(chromedriver().orElseThrow().toFile())
                .usingAnyFreePort()
                .build();
        return new Browser(ui, new ChromeDriver(service, options));
    }

    private static Optional<Path> chromium() {
        return onPath("chromium");
    }

    private static Optional<Path> chromedriver() {
        return onPath("chromedriver");
    }

    private static Optional<Path> onPath(String program) {
        return Stream.of(System.getenv("PATH").split(":"))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /// Opens a page of the default namespace.
    void open(String page) {
        driver.get(ui.resolve("/namespaces/default/" + page).toString());
    }

    /// Opens a page anywhere.
    void visit(URI page) {
        driver.get(page.toString());
    }

    /// Sets the window's width and the light or dark colour scheme.
    void look(int width, boolean isDark) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", 1000, "deviceScaleFactor", 1, "mobile", width < 600));
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(Map.of("name", "prefers-color-scheme", "value", isDark ? "dark" : "light"))));
    }

    /// Runs a script on the page and returns its result.
    @Nullable
    Object run(String script, Object... arguments) {
        return driver.executeScript(script, arguments);
    }

    /// Runs a script and returns what it passes to the callback, its last argument.
    @Nullable
    Object runAsync(String script) {
        driver.manage().timeouts().scriptTimeout(PATIENCE);
        return driver.executeAsyncScript(script);
    }

    /// Waits until a script on the page returns true.
    void awaitSo(String script) {
        new WebDriverWait(driver, PATIENCE, LOOK)
                .withMessage(() -> "%s on %s:%n%s".formatted(script, address(), text("body")))
                .until(_ -> Boolean.TRUE.equals(driver.executeScript(script)));
    }

    String address() {
        return driver.getCurrentUrl();
    }

    /// Elements are found by XPath if the expression begins with a slash, else by CSS; of several, the first that
    /// is visible.
    private static By by(String where) {
        return where.startsWith("/") ? By.xpath(where) : By.cssSelector(where);
    }

    private Optional<WebElement> find(String where) {
        List<WebElement> found = driver.findElements(by(where));
        return found.stream().filter(WebElement::isDisplayed).findFirst();
    }

    boolean shows(String where) {
        return find(where).isPresent();
    }

    WebElement await(String where) {
        return new WebDriverWait(driver, PATIENCE, LOOK)
                .ignoring(StaleElementReferenceException.class)
                .withMessage(() -> "%s on %s:%n%s".formatted(where, address(), text("body")))
                .until(_ -> find(where).orElse(null));
    }

    void awaitText(String text) {
        await("//*[text()[contains(., %s)]]".formatted(quoted(text)));
    }

    void awaitGone(String where) {
        new WebDriverWait(driver, PATIENCE, LOOK)
                .ignoring(StaleElementReferenceException.class)
                .until(_ -> !shows(where));
    }

    /// A text as an XPath literal.
    static String quoted(String text) {
        return text.contains("'") ? "\"%s\"".formatted(text) : "'%s'".formatted(text);
    }

    /// Clicks, and tries again if something is in the way, such as a menu that is still moving.
    void press(String where) {
        new WebDriverWait(driver, PATIENCE, LOOK)
                .ignoring(WebDriverException.class)
                .withMessage(() -> "cannot press %s on %s".formatted(where, address()))
                .until(_ -> {
                    find(where)
                            .orElseThrow(() -> new WebDriverException("not there yet"))
                            .click();
                    return true;
                });
    }

    /// Clicks until the expected element is there: a page ignores clicks before its scripts have run.
    void press(String where, String leadsTo) {
        new WebDriverWait(driver, PATIENCE, Duration.ofMillis(500))
                .ignoring(WebDriverException.class)
                .withMessage(() -> "%s does not lead to %s on %s".formatted(where, leadsTo, address()))
                .until(_ -> {
                    if (!shows(leadsTo)) {
                        find(where)
                                .orElseThrow(() -> new WebDriverException("not there yet"))
                                .click();
                    }
                    return shows(leadsTo);
                });
    }

    void type(String where, CharSequence text) {
        await(where).sendKeys(text);
    }

    String text(String where) {
        return driver.findElement(by(where)).getText();
    }

    /// The text inside a frame of the page, once it contains this.
    String awaitFrameText(String frame, String says) {
        return new WebDriverWait(driver, PATIENCE, LOOK)
                .ignoring(WebDriverException.class)
                .withMessage(() -> "%s on %s".formatted(says, address()))
                .until(_ -> {
                    driver.switchTo().frame(driver.findElement(by(frame)));
                    try {
                        String text = text("body");
                        return text.contains(says) ? text : null;
                    } finally {
                        driver.switchTo().defaultContent();
                    }
                });
    }

    /// Keeps a screenshot of the page.
    void screenshot(String scenario) throws IOException {
        Files.createDirectories(SCREENSHOTS);
        Files.move(
                driver.getScreenshotAs(OutputType.FILE).toPath(),
                SCREENSHOTS.resolve(scenario + ".png"),
                StandardCopyOption.REPLACE_EXISTING);
    }

    private void close() {
        driver.quit();
    }
}
