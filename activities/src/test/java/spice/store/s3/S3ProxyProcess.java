package spice.store.s3;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.io.file.PathUtils;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.jspecify.annotations.Nullable;

/// A real S3 server on a folder, in a process of its own, on a port of its own choice.
///
/// @param objects the folder, in which each bucket has a folder of its name and each object a file of its key
public record S3ProxyProcess(Process process, URI endpoint, Path objects) implements AutoCloseable {
    public static final S3Key KEY = new S3Key("spice", "the tests' own");
    private static final Pattern PORT = Pattern.compile("listens on port (\\d+)\n");
    private static final AtomicInteger BUCKETS = new AtomicInteger();
    private static @Nullable S3ProxyProcess shared;

    /// The server that the test classes of this process share. It ends, and its folder is deleted, when the process
    /// ends.
    public static synchronized S3ProxyProcess shared() throws IOException, InterruptedException {
        if (shared == null) {
            Path folder = Files.createTempDirectory("s3proxy-");
            S3ProxyProcess server = start(folder);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                server.close();
                try {
                    PathUtils.delete(folder);
                } catch (IOException e) {
                    System.err.printf("%s is left behind (%s)%n", folder, e);
                }
            }));
            shared = server;
        }
        return shared;
    }

    /// A server of the caller's own.
    public static S3ProxyProcess start(Path folder) throws IOException, InterruptedException {
        Path objects = Files.createDirectories(folder.resolve("objects"));
        Path log = folder.resolve("server.log");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        S3ProxyProcess.class.getName(),
                        objects.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        while (process.isAlive()) {
            Matcher port = PORT.matcher(Files.readString(log));
            if (port.find()) {
                return new S3ProxyProcess(process, URI.create("http://127.0.0.1:" + port.group(1)), objects);
            }
            Thread.sleep(50);
        }
        throw new IOException("the S3 server ended:\n" + Files.readString(log));
    }

    public static void main(String[] args) throws Exception {
        S3Proxy server = S3Proxy.builder()
                .blobStore(new FilesystemNio2BlobStore(args[0]))
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, KEY.id(), KEY.secret())
                .ignoreUnknownHeaders(true)
                .build();
        server.start();
        System.out.println("listens on port " + server.getPort());
        // The parent holds the other end: however the parent ends, this server ends too.
        while (System.in.read() >= 0) {}
        server.stop();
        System.exit(0);
    }

    /// A bucket that no other test has.
    public S3Location newBucket() {
        return bucket("bucket-" + BUCKETS.incrementAndGet());
    }

    public S3Location bucket(String name) {
        return bucketAt(endpoint, name);
    }

    /// A bucket for a process that knows only the server's address.
    public static S3Location bucketAt(URI endpoint, String name) {
        return S3Location.at(endpoint, KEY, name);
    }

    /// Makes everything below a folder of a bucket look as if it were written that much earlier.
    public void makeOlder(S3Location bucket, String folder, Duration time) throws IOException {
        Path below = objects.resolve(bucket.bucket()).resolve(folder);
        Files.walkFileTree(below, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                try {
                    Files.setLastModifiedTime(
                            file,
                            FileTime.from(
                                    attributes.lastModifiedTime().toInstant().minus(time)));
                } catch (NoSuchFileException e) {
                    // It was removed meanwhile.
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                if (failure instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw failure;
            }
        });
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
