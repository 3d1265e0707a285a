// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Carries the tag of a play from process to process, and tells what happens to tagged processes.
 *
 * A tag is a number that the daemon gives to a process. Its children inherit it at fork and keep it over exec, until the daemon
 * takes it away. Keys are process ids (tgid) of the initial namespace. Where the ring buffer is full, `lost` counts; `tags` stays
 * true, so the daemon can always reconcile.
 *
 * make: clang -O2 -g -target bpf -mcpu=v3 -I/usr/include/$(uname -m)-linux-gnu -c plays.bpf.c -o plays.bpf.o && llvm-strip -g plays.bpf.o
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

/* Only the members that are read; their offsets are those of the running kernel (CO-RE). */
typedef struct { int counter; } atomic_t;
typedef struct { unsigned int val; } kuid_t;
struct cred { kuid_t uid; } __attribute__((preserve_access_index));
struct signal_struct { atomic_t live; } __attribute__((preserve_access_index));
struct task_struct {
	int pid;
	int tgid;
	const struct cred *cred;
	struct signal_struct *signal;
} __attribute__((preserve_access_index));
struct linux_binprm;

struct event {
	__u64 ns; /* CLOCK_MONOTONIC */
	__u32 kind, pid, parent, tag;
};
enum { EXEC = 1, FORK = 2, EXIT = 3 };

struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, __u32); __type(value, __u32); __uint(max_entries, 65536); } tags SEC(".maps");
/* The tag that a process gets with its next exec: the gate has just let it start a game. */
struct { __uint(type, BPF_MAP_TYPE_LRU_HASH); __type(key, __u32); __type(value, __u32); __uint(max_entries, 1024); } next SEC(".maps");
/* [0]: 1 if root's programs are told, too. [1]: events that were lost. */
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __type(key, __u32); __type(value, __u32); __uint(max_entries, 2); } state SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 1 << 20); } events SEC(".maps");

static void tell(__u32 kind, __u32 pid, __u32 parent, __u32 tag)
{
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		__u32 key = 1, *lost = bpf_map_lookup_elem(&state, &key);
		if (lost)
			__sync_fetch_and_add(lost, 1);
		return;
	}
	event->ns = bpf_ktime_get_ns();
	event->kind = kind;
	event->pid = pid;
	event->parent = parent;
	event->tag = tag;
	bpf_ringbuf_submit(event, 0);
}

static int watched(struct task_struct *task)
{
	__u32 key = 0, *root = bpf_map_lookup_elem(&state, &key);
	return task->cred->uid.val || (root && *root);
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(forked, struct task_struct *parent, struct task_struct *child)
{
	__u32 from = parent->tgid, pid = child->tgid;
	if (child->pid != child->tgid) /* a thread */
		return 0;
	__u32 *tag = bpf_map_lookup_elem(&tags, &from);
	if (!tag)
		return 0;
	__u32 value = *tag;
	bpf_map_update_elem(&tags, &pid, &value, BPF_ANY);
	tell(FORK, pid, from, value);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(executed, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	__u32 pid = task->tgid;
	__u32 *tag = bpf_map_lookup_elem(&next, &pid);
	if (tag) {
		__u32 value = *tag;
		bpf_map_update_elem(&tags, &pid, &value, BPF_ANY);
		bpf_map_delete_elem(&next, &pid);
	}
	tag = bpf_map_lookup_elem(&tags, &pid);
	if (tag || watched(task))
		tell(EXEC, pid, 0, tag ? *tag : 0);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(ended, struct task_struct *task)
{
	__u32 pid = task->tgid;
	if (task->signal->live.counter) /* other threads go on */
		return 0;
	__u32 *tag = bpf_map_lookup_elem(&tags, &pid);
	if (tag || watched(task))
		tell(EXIT, pid, 0, tag ? *tag : 0);
	if (tag)
		bpf_map_delete_elem(&tags, &pid);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
