#!/bin/sh
# A machine to sign in to: this machine's own files with a layer of their own above them, an SSH server on loopback, and a double of
# systemd. Runs as the first process of its own namespaces, and with it everything in them ends: ./ssh-machine.sh FOLDER PORT CHECKOUT
set -eu
folder=$1 port=$2 checkout=$3
mount --make-rprivate /
mount -t tmpfs tmpfs "$folder"
root=$folder/root
mkdir "$folder/up" "$folder/work" "$root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/up,workdir=$folder/work" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
for each in run tmp; do mount -t tmpfs tmpfs "$root/$each"; done
chmod 1777 "$root/tmp"
mkdir -p "$root/run/sshd" "$root/run/systemd/system" "$root/run/double" "$root/root/.ssh" "$root/opt" "$root/checkout"
# Whoever may read it there: folders above it may be closed.
mount --bind "$checkout" "$root/checkout"
# A node of this machine's own would be in the way.
rm -rf "$root"/opt/ami-streams-node "$root"/etc/ami-streams-node "$root"/var/lib/ami-streams-node
hostname target
printf '127.0.0.1 localhost target\n' >"$root/etc/hosts"

cat >"$root/usr/bin/systemctl" <<'DOUBLE'
#!/bin/sh
# A double of systemd: starts what a unit says as the user that it says.
unit=
for each in "$@"; do case $each in *.service) unit=$each ;; esac; done
file=/etc/systemd/system/$unit
pid=/run/double/$unit.pid
value() { sed -n "s/^$1=//p" "$file" | head -n 1; }
alive() { [ -e "$pid" ] && kill -0 "$(cat "$pid")" 2>/dev/null; }
stop() {
  if alive; then kill "$(cat "$pid")"; fi
  while alive; do sleep 0.05; done
  rm -f "$pid"
}
start() {
  user=$(value User)
  for each in lib cache; do install -d -m 0700 -o "$user" -g "$user" "/var/$each/$(value StateDirectory)"; done
  variables=$(value EnvironmentFile)
  setsid setpriv --reuid "$user" --regid "$user" --init-groups env -i PATH=/usr/bin:/bin $(cat "${variables#-}" 2>/dev/null) \
    sh -c "exec $(value ExecStart)" >>"/var/log/$unit.log" 2>&1 </dev/null &
  echo $! >"$pid"
}
case $1 in
restart) stop; start ;;
stop) stop ;;
enable) mkdir -p /etc/systemd/system/multi-user.target.wants; ln -sf "$file" "/etc/systemd/system/multi-user.target.wants/$unit" ;;
disable) rm -f "/etc/systemd/system/multi-user.target.wants/$unit" ;;
show) if alive; then echo ActiveState=active; else echo ActiveState=failed; fi; echo NRestarts=0 ;;
esac
DOUBLE
cat >"$root/usr/bin/journalctl" <<'DOUBLE'
#!/bin/sh
tail -n 15 "/var/log/$2.log"
DOUBLE
chmod 0755 "$root/usr/bin/systemctl" "$root/usr/bin/journalctl"

ssh-keygen -q -t ed25519 -N '' -f "$root/run/host_key"
chroot "$root" useradd --create-home --shell /bin/sh alex
echo 'alex:a $ecret "word"' | chroot "$root" chpasswd
echo 'alex ALL=(ALL) ALL' >"$root/etc/sudoers.d/alex"
cat >"$root/run/sshd_config" <<CONFIGURATION
Port $port
ListenAddress 127.0.0.1
HostKey /run/host_key
PidFile none
UsePAM no
PermitRootLogin prohibit-password
PasswordAuthentication yes
KbdInteractiveAuthentication no
CONFIGURATION
chroot "$root" /usr/sbin/sshd -D -e -f /run/sshd_config &
wait
