package spice.workers;

import io.temporal.activity.ActivityExecutionContext;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptorBase;
import io.temporal.common.interceptors.WorkerInterceptorBase;
import io.temporal.failure.ApplicationFailure;
import io.temporal.worker.tuning.ActivitySlotInfo;
import io.temporal.worker.tuning.SlotMarkUsedContext;
import io.temporal.worker.tuning.SlotPermit;
import io.temporal.worker.tuning.SlotReleaseContext;
import io.temporal.worker.tuning.SlotReserveContext;
import io.temporal.worker.tuning.SlotSupplier;
import io.temporal.worker.tuning.SlotSupplierFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/// One device, for one step at a time, whichever of the process's queues the step comes from. While the device is
/// idle every queue is asked for work; while it is busy none is asked anew. Two queues may answer in the same
/// moment: then the second step is handed back at once, so that no worker holds a step that it cannot start.
final class Device implements SlotSupplier<ActivitySlotInfo> {
    /// By then another worker has asked for it, or this queue waits for the device to be free.
    private static final Duration HANDED_BACK = Duration.ofMillis(200);

    private final Set<String> queues;
    private final Set<String> asked = new HashSet<>();
    private final List<Ask> waiting = new ArrayList<>();
    private boolean busy;

    private record Ask(String queue, CompletableFuture<SlotPermit> permit) {}

    /// @param queues whose steps need the device
    Device(Set<String> queues) {
        this.queues = Set.copyOf(queues);
    }

    @Override
    public SlotSupplierFuture reserveSlot(SlotReserveContext<ActivitySlotInfo> context) {
        Ask ask = new Ask(context.getTaskQueue(), new CompletableFuture<>());
        synchronized (this) {
            waiting.add(ask);
        }
        grant();
        return SlotSupplierFuture.fromCompletableFuture(ask.permit(), () -> giveUp(ask));
    }

    /// Steps come from the queues only.
    @Override
    public Optional<SlotPermit> tryReserveSlot(SlotReserveContext<ActivitySlotInfo> context) {
        return Optional.empty();
    }

    @Override
    public void markSlotUsed(SlotMarkUsedContext<ActivitySlotInfo> context) {
        // The device is taken when the step begins: see gate.
    }

    @Override
    public void releaseSlot(SlotReleaseContext<ActivitySlotInfo> context) {
        synchronized (this) {
            asked.remove((String) context.getSlotPermit().userData);
        }
        grant();
    }

    @Override
    public Optional<Integer> getMaximumSlots() {
        return Optional.of(1);
    }

    private void grant() {
        List<Ask> granted = new ArrayList<>();
        synchronized (this) {
            if (!busy) {
                waiting.stream().filter(ask -> asked.add(ask.queue())).forEach(granted::add);
                waiting.removeAll(granted);
            }
        }
        granted.forEach(ask -> ask.permit().complete(new SlotPermit(ask.queue())));
    }

    private synchronized void giveUp(Ask ask) {
        waiting.remove(ask);
    }

    private synchronized boolean take() {
        boolean taken = !busy;
        busy = true;
        return taken;
    }

    private void leave() {
        synchronized (this) {
            busy = false;
        }
        grant();
    }

    /// Lets one step at a time through to the device, and turns others away.
    WorkerInterceptorBase gate() {
        return new WorkerInterceptorBase() {
            @Override
            public ActivityInboundCallsInterceptor interceptActivity(ActivityInboundCallsInterceptor next) {
                return new Gate(next);
            }
        };
    }

    private final class Gate extends ActivityInboundCallsInterceptorBase {
        private boolean needsDevice;

        Gate(ActivityInboundCallsInterceptor next) {
            super(next);
        }

        @Override
        public void init(ActivityExecutionContext context) {
            needsDevice = queues.contains(context.getInfo().getActivityTaskQueue());
            super.init(context);
        }

        @Override
        public ActivityOutput execute(ActivityInput input) {
            if (!needsDevice) {
                return super.execute(input);
            }
            if (!take()) {
                throw ApplicationFailure.newBuilder()
                        .setMessage("the worker's device was just taken by a step of another queue; handed back")
                        .setType("HANDED_BACK")
                        .setNextRetryDelay(HANDED_BACK)
                        .build();
            }
            try {
                return super.execute(input);
            } finally {
                leave();
            }
        }
    }
}
