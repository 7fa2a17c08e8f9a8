/*
 * ami-streams-sessions: starts the program that makes displays as one user of this machine, for the host, which runs as a user of its own.
 *
 * It is started by systemd for each connection to its socket, as root, with the connection as standard input. The one request that there is
 * names a user. Who may ask is the user of the host alone, as the kernel says (SO_PEERCRED); whom it may name is in a file that root alone
 * writes. What is run, with which arguments and in which environment is decided here: nothing that the caller sends is a path, an argument,
 * a variable or a command. Then all rights of root are given up, and the connection is the program's.
 *
 *   request  "session NAME\n", 64 bytes at most, within 5 s
 *   answer   "ok\n", or "no REASON\n" and the end of the connection
 *
 * Its own arguments are of the unit file, thus of root: --host-user NAME, --allowed FILE, --runtime FOLDER, --node FILE, --program FILE.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { max_request = 64, max_name = 32, request_seconds = 5, first_uid = 1000, max_allowed_bytes = 64 * 1024 };

/* The descriptor at which the program finds the connection. */
enum { channel = 3 };

static const char *host_user = "ami-streams";
static const char *allowed_file = "/etc/ami-streams/sessions";
static const char *runtime_folder = "/run/ami-streams-sessions";
static const char *node_file = "/usr/lib/ami-streams/bin/node";
static const char *program_file = "/usr/lib/ami-streams/dist/host/desktop-user-worker.js";

static void say(const char *text) {
  size_t length = strlen(text);
  while (length > 0) {
    ssize_t written = send(STDIN_FILENO, text, length, MSG_NOSIGNAL);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text += written;
    length -= (size_t)written;
  }
}

/* Answers with a reason for the host's log, which the journal has, too; never returns. */
__attribute__((noreturn, format(printf, 1, 2))) static void deny(const char *format, ...) {
  char reason[160];
  char line[200];
  va_list values;
  va_start(values, format);
  vsnprintf(reason, sizeof reason, format, values);
  va_end(values);
  fprintf(stderr, "ami-streams-sessions: denied: %s\n", reason);
  snprintf(line, sizeof line, "no %s\n", reason);
  say(line);
  exit(0);
}

static void too_late(int number) {
  (void)number;
  static const char text[] = "no the request did not come in time\n";
  (void)!send(STDIN_FILENO, text, sizeof text - 1, MSG_NOSIGNAL);
  _exit(0);
}

static bool is_name(const char *name) {
  size_t length = strlen(name);
  if (length == 0 || length > max_name || name[0] == '-' || name[0] == '.') return false;
  for (size_t at = 0; at < length; at++) {
    char c = name[at];
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
    if (!plain) return false;
  }
  return true;
}

/* Reads a byte at a time: what comes behind the line is the program's. */
static void read_request(char name[max_name + 1]) {
  char line[max_request + 1];
  size_t length = 0;
  signal(SIGALRM, too_late);
  alarm(request_seconds);
  for (;;) {
    char c;
    ssize_t got = recv(STDIN_FILENO, &c, 1, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) exit(0);
    if (c == '\n') break;
    if (length == max_request) deny("the request is too long");
    line[length++] = c;
  }
  alarm(0);
  line[length] = '\0';
  static const char verb[] = "session ";
  if (strlen(line) != length || strncmp(line, verb, sizeof verb - 1) != 0) deny("the request is unknown");
  if (!is_name(line + sizeof verb - 1)) deny("that is not the name of a user");
  strcpy(name, line + sizeof verb - 1);
}

static void demand_host(void) {
  struct ucred peer;
  socklen_t size = sizeof peer;
  if (getsockopt(STDIN_FILENO, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
    fprintf(stderr, "ami-streams-sessions: standard input is not a connection of a Unix socket\n");
    exit(2);
  }
  const struct passwd *host = getpwnam(host_user);
  if (host == NULL) deny("there is no user %s, whom the host runs as", host_user);
  if (peer.uid != host->pw_uid) deny("only the user that the host runs as may ask");
}

/* The file has a name a line, and comments behind '#'. */
static void demand_allowed(const char *name) {
  int file = open(allowed_file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) deny("%s cannot be read: %s", allowed_file, strerror(errno));
  struct stat facts;
  if (fstat(file, &facts) != 0 || !S_ISREG(facts.st_mode)) deny("%s is no file", allowed_file);
  if (facts.st_uid != 0 || (facts.st_mode & 022) != 0) deny("others than root may write %s", allowed_file);
  if (facts.st_size > max_allowed_bytes) deny("%s is too long", allowed_file);
  FILE *lines = fdopen(file, "r");
  if (lines == NULL) deny("%s cannot be read", allowed_file);
  char line[256];
  bool found = false;
  while (!found && fgets(line, sizeof line, lines) != NULL) {
    line[strcspn(line, "#\r\n")] = '\0';
    char *start = line + strspn(line, " \t");
    size_t end = strlen(start);
    while (end > 0 && (start[end - 1] == ' ' || start[end - 1] == '\t')) start[--end] = '\0';
    found = strcmp(start, name) == 0;
  }
  fclose(lines);
  if (!found) deny("%s is not in %s", name, allowed_file);
}

static struct passwd *find_user(const char *name) {
  struct passwd *user = getpwnam(name);
  if (user == NULL) deny("there is no user %s", name);
  if (strcmp(user->pw_name, name) != 0) deny("there is no user %s", name);
  /* Users of the system, the one without rights, and those that systemd makes for its services. */
  bool is_person = user->pw_uid >= first_uid && user->pw_uid < 61184;
  bool is_directory_user = user->pw_uid > 65535 && user->pw_uid < (uid_t)INT32_MAX;
  if (!is_person && !is_directory_user) deny("%s is a user of the system", name);
  if (user->pw_gid == 0) deny("the group of %s is root's", name);
  if (user->pw_dir == NULL || user->pw_dir[0] != '/') deny("%s has no home folder", name);
  return user;
}

/* A folder of the user alone, in one that root alone writes. Its path is put into `folder`. */
static void make_runtime_folder(const struct passwd *user, char folder[PATH_MAX]) {
  if (mkdir(runtime_folder, 0711) != 0 && errno != EEXIST) deny("%s cannot be made: %s", runtime_folder, strerror(errno));
  int parent = open(runtime_folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  struct stat facts;
  if (parent < 0 || fstat(parent, &facts) != 0 || facts.st_uid != 0 || (facts.st_mode & 022) != 0)
    deny("%s is not a folder that root alone may write", runtime_folder);
  if (fchmod(parent, 0711) != 0) deny("%s cannot be opened to users", runtime_folder);
  char name[16];
  snprintf(name, sizeof name, "%u", (unsigned)user->pw_uid);
  if (mkdirat(parent, name, 0700) != 0 && errno != EEXIST) deny("the folder of the user cannot be made: %s", strerror(errno));
  int own = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (own < 0 || fchown(own, user->pw_uid, user->pw_gid) != 0 || fchmod(own, 0700) != 0) deny("the folder of the user cannot be given to them");
  close(own);
  close(parent);
  if (snprintf(folder, PATH_MAX, "%s/%s", runtime_folder, name) >= PATH_MAX) deny("the name of the folder is too long");
}

/* What of Linux-PAM is used, loaded where it is installed: its account, limits and environment apply to the session. */
struct pam_conv_of_ours {
  int (*ask)(int, const void **, void **, void *);
  void *data;
};
static int ask_nobody(int count, const void **messages, void **answers, void *data) {
  (void)count, (void)messages, (void)answers, (void)data;
  return 19; /* PAM_CONV_ERR */
}
static void *pam;
static int (*pam_end_)(void *, int);
static int (*pam_close_session_)(void *, int);
static int (*pam_setcred_)(void *, int);
static char **(*pam_getenvlist_)(void *);

static void open_pam_session(const char *name) {
  static const char service[] = "ami-streams-sessions";
  char file[64];
  snprintf(file, sizeof file, "/etc/pam.d/%s", service);
  if (access(file, R_OK) != 0) return;
  void *library = dlopen("libpam.so.0", RTLD_NOW);
  if (library == NULL) return;
  int (*start)(const char *, const char *, const struct pam_conv_of_ours *, void **) = dlsym(library, "pam_start");
  int (*account)(void *, int) = dlsym(library, "pam_acct_mgmt");
  int (*open_session)(void *, int) = dlsym(library, "pam_open_session");
  pam_end_ = dlsym(library, "pam_end");
  pam_close_session_ = dlsym(library, "pam_close_session");
  pam_setcred_ = dlsym(library, "pam_setcred");
  pam_getenvlist_ = dlsym(library, "pam_getenvlist");
  if (!start || !account || !open_session || !pam_end_ || !pam_close_session_ || !pam_setcred_ || !pam_getenvlist_)
    deny("Linux-PAM is not what it should be");
  static const struct pam_conv_of_ours nobody = {ask_nobody, NULL};
  int code = start(service, name, &nobody, &pam);
  if (code != 0) deny("Linux-PAM does not start (%d)", code);
  if ((code = account(pam, 0x8000 /* PAM_SILENT */)) != 0) deny("the account of %s may not be used now (PAM %d)", name, code);
  if ((code = pam_setcred_(pam, 0x2 /* PAM_ESTABLISH_CRED */)) != 0) deny("%s gets no credentials (PAM %d)", name, code);
  if ((code = open_session(pam, 0x8000)) != 0) deny("%s gets no session (PAM %d)", name, code);
}

/* Becomes the user for good, and runs the program with the connection at `channel`. */
__attribute__((noreturn)) static void become(const struct passwd *user, const char *runtime, char **of_pam) {
  if (setgid(user->pw_gid) != 0 || initgroups(user->pw_name, user->pw_gid) != 0 || setuid(user->pw_uid) != 0) deny("the user could not be changed");
  if (setuid(0) == 0 || getuid() != user->pw_uid || geteuid() != user->pw_uid || getegid() != user->pw_gid) deny("rights of root are left");
  umask(077);
  if (chdir(user->pw_dir) != 0 && chdir("/") != 0) deny("there is no folder to start in");
  clearenv();
  for (char **each = of_pam; each != NULL && *each != NULL; each++) putenv(*each);
  setenv("HOME", user->pw_dir, 1);
  setenv("USER", user->pw_name, 1);
  setenv("LOGNAME", user->pw_name, 1);
  setenv("SHELL", user->pw_shell != NULL && user->pw_shell[0] == '/' ? user->pw_shell : "/bin/sh", 1);
  setenv("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games", 1);
  setenv("XDG_RUNTIME_DIR", runtime, 1);
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  int connection = fcntl(STDIN_FILENO, F_DUPFD, channel + 1);
  int nothing = open("/dev/null", O_RDWR);
  if (connection < 0 || nothing < 0) deny("there are no descriptors left");
  say("ok\n");
  dup2(nothing, STDIN_FILENO);
  dup2(nothing, STDOUT_FILENO);
  dup2(connection, channel);
  if (syscall(SYS_close_range, channel + 1, ~0U, 0) != 0)
    for (int each = channel + 1; each < 1024; each++) close(each);
  execl(node_file, node_file, program_file, (char *)NULL);
  fprintf(stderr, "ami-streams-sessions: %s cannot be run: %s\n", node_file, strerror(errno));
  _exit(127);
}

static void read_arguments(int count, char **values) {
  static const struct option known[] = {
      {"host-user", required_argument, NULL, 'u'}, {"allowed", required_argument, NULL, 'a'}, {"runtime", required_argument, NULL, 'r'},
      {"node", required_argument, NULL, 'n'},      {"program", required_argument, NULL, 'p'}, {NULL, 0, NULL, 0},
  };
  for (int option; (option = getopt_long(count, values, "", known, NULL)) != -1;) {
    if (option == 'u') host_user = optarg;
    else if (option == 'a') allowed_file = optarg;
    else if (option == 'r') runtime_folder = optarg;
    else if (option == 'n') node_file = optarg;
    else if (option == 'p') program_file = optarg;
    else exit(2);
  }
}

int main(int count, char **values) {
  umask(077);
  read_arguments(count, values);
  if (getuid() != 0 || geteuid() != 0) {
    fprintf(stderr, "ami-streams-sessions: only root can start programs as other users\n");
    return 2;
  }
  demand_host();
  char name[max_name + 1];
  read_request(name);
  demand_allowed(name);
  const struct passwd *user = find_user(name);
  char runtime[PATH_MAX];
  make_runtime_folder(user, runtime);
  if (setsid() < 0 && errno != EPERM) deny("no session of its own");
  open_pam_session(name);
  if (pam == NULL) become(user, runtime, NULL);
  /* Linux-PAM wants to be there when the session ends. */
  char **environment = pam_getenvlist_(pam);
  pid_t child = fork();
  if (child < 0) deny("no process is left: %s", strerror(errno));
  if (child == 0) {
    /* Modules of PAM have asked for other users since. */
    become(find_user(name), runtime, environment);
  }
  close(STDIN_FILENO);
  close(STDOUT_FILENO);
  for (int status; waitpid(child, &status, 0) < 0 && errno == EINTR;) continue;
  pam_close_session_(pam, 0x8000);
  pam_setcred_(pam, 0x4 /* PAM_DELETE_CRED */);
  pam_end_(pam, 0);
  return 0;
}
