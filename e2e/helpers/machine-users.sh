#!/bin/sh
# Users of a machine of its own, for one test: in a mount namespace, with the helper for sessions below systemd-socket-activate.
# machine-users.sh FOLDER HELPER NODE PROGRAM COMMAND...
set -e
folder=$1 helper=$2 node=$3 program=$4
shift 4
mkdir -p "$folder"
for name in passwd group shadow; do cp "/etc/$name" "$folder/$name"; done
for user in "host 990" "anna 2001" "ben 2002"; do
  name=${user% *} id=${user#* }
  echo "ami-$name:x:$id:$id::/home/ami-$name:/bin/sh" >>"$folder/passwd"
  echo "ami-$name:x:$id:" >>"$folder/group"
  echo "ami-$name:*:19000:0:99999:7:::" >>"$folder/shadow"
done
echo "ami-annas:x:2010:ami-anna" >>"$folder/group"
for name in passwd group shadow; do mount --bind "$folder/$name" "/etc/$name"; done
mount -t tmpfs -o mode=755 tmpfs /home
mount -t tmpfs -o mode=755 tmpfs /run
for name in host anna ben; do
  mkdir "/home/ami-$name"
  chown "ami-$name:ami-$name" "/home/ami-$name"
  chmod 700 "/home/ami-$name"
done
printf '# people\n  ami-anna # works here\nroot\ndaemon\nami-ghost\n' >/run/sessions
systemd-socket-activate --accept --inetd -l /run/sessions.sock "$helper" --host-user ami-host --allowed /run/sessions \
  --runtime /run/ami-streams-sessions --node "$node" --program "$program" >"$folder/helper.log" 2>&1 &
echo $! >"$folder/helper.pid"
until [ -S /run/sessions.sock ]; do sleep 0.05; done
chown ami-host /run/sessions.sock
chmod 600 /run/sessions.sock
exec setpriv --reuid=990 --regid=990 --init-groups env HOME=/home/ami-host "$@"
