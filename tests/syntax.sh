#!/bin/sh
# Reads each script with every sh that is here, without running it.
set -u
status=0
for file; do
	case $(head -n 1 "$file") in
	*bash*) shells=bash ;;
	*) shells='sh dash bash' ;;
	esac
	for shell in $shells; do
		command -v "$shell" >/dev/null 2>&1 || continue
		"$shell" -n "$file" || {
			echo "$file: $shell -n does not read it"
			status=1
		}
	done
done
exit $status
