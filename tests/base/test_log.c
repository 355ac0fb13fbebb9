#include "base/log.h"

#include "suite.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct {
    int count;
    gan_log_level level;
    char text[2000];
} got;

static void receive(void *context, gan_log_level level, const char *message)
{
    ck_assert_ptr_eq(context, &got);
    got.count++;
    got.level = level;
    snprintf(got.text, sizeof got.text, "%s", message);
}

START_TEST(messages_arrive_from_the_least_level_on)
{
    gan_set_log(receive, &got, GAN_LOG_INFO);
    gan_log_message(GAN_LOG_DEBUG, "no");
    ck_assert_int_eq(got.count, 0);
    gan_log_message(GAN_LOG_INFO, "step %d of %s", 3, "x");
    ck_assert_int_eq(got.count, 1);
    ck_assert_int_eq(got.level, GAN_LOG_INFO);
    ck_assert_str_eq(got.text, "step 3 of x");
    gan_log_message(GAN_LOG_WARNING, "hm");
    ck_assert_int_eq(got.count, 2);
    ck_assert_int_eq(got.level, GAN_LOG_WARNING);
}
END_TEST

START_TEST(nobody_receives_by_default_and_after_null)
{
    gan_log_message(GAN_LOG_WARNING, "unheard");
    gan_set_log(receive, &got, GAN_LOG_DEBUG);
    gan_set_log(NULL, NULL, GAN_LOG_DEBUG);
    gan_log_message(GAN_LOG_WARNING, "unheard");
    ck_assert_int_eq(got.count, 0);
}
END_TEST

START_TEST(a_long_message_is_cut)
{
    char text[1500];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    memcpy(text + 1022, "é", 2);
    gan_set_log(receive, &got, GAN_LOG_DEBUG);
    gan_log_message(GAN_LOG_INFO, "%s", text);
    ck_assert_uint_eq(strlen(got.text), 1022);
}
END_TEST

static void turn_off(void *context, gan_log_level level, const char *message)
{
    (void)level, (void)message;
    gan_set_log(NULL, NULL, GAN_LOG_DEBUG);
    gan_log_message(GAN_LOG_WARNING, "from within");
    ++*(int *)context;
}

START_TEST(the_receiver_may_log_and_set_another)
{
    int count = 0;
    gan_set_log(turn_off, &count, GAN_LOG_DEBUG);
    gan_log_message(GAN_LOG_INFO, "a");
    gan_log_message(GAN_LOG_INFO, "b");
    ck_assert_int_eq(count, 1);
}
END_TEST

START_TEST(messages_are_clean_utf8)
{
    gan_set_log(receive, &got, GAN_LOG_DEBUG);
    gan_log_message(GAN_LOG_INFO, "\"%.3s\" \x1B[2J", "éé");
    ck_assert_str_eq(got.text, "\"é?\" ?[2J");
}
END_TEST

#ifdef CHILDREN_HAVE_THREADS
static _Atomic bool enough;

static void *chatter(void *unused)
{
    while (!atomic_load(&enough))
        gan_log_message(GAN_LOG_INFO, "%s", "");
    return unused;
}

/* A child that hangs is ended by its alarm. */
static bool child_logs(void)
{
    pid_t child = fork();
    if (child == 0) {
        signal(SIGALRM, SIG_DFL);
        alarm(5);
        gan_set_log(NULL, NULL, GAN_LOG_DEBUG);
        gan_log_message(GAN_LOG_INFO, "here");
        _exit(0);
    }
    int status = 1;
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

START_TEST(a_fork_while_another_thread_logs_is_fine)
{
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, chatter, NULL), 0);
    for (int i = 0; i < 200; i++)
        ck_assert(child_logs());
    atomic_store(&enough, true);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST
#endif

static const struct test_case tests[] = {
    {"messages arrive from the least level on", messages_arrive_from_the_least_level_on},
    {"nobody receives by default and after NULL", nobody_receives_by_default_and_after_null},
    {"a long message is cut", a_long_message_is_cut},
    {"messages are clean UTF-8", messages_are_clean_utf8},
#ifdef CHILDREN_HAVE_THREADS
    {"a fork while another thread logs is fine", a_fork_while_another_thread_logs_is_fine},
#endif
    {"the receiver may log and set another", the_receiver_may_log_and_set_another},
};

int main(void)
{
    return RUN_SUITE("base: log", tests);
}
