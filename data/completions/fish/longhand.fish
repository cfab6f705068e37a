# fish completion for longhand, written by data/completions/make-completions.py

complete -c longhand -s h -l help -d 'Show help options'
complete -c longhand -l help-all -d 'Show all help options'
complete -c longhand -l help-gapplication -d 'Show GApplication options'
complete -c longhand -l gapplication-service -d 'Enter GApplication service mode (use from D-Bus service files)'
complete -c longhand -l toggle -d 'Start recording, or stop it'
complete -c longhand -l start -d 'Start recording'
complete -c longhand -l stop -d 'Stop recording'
complete -c longhand -l state -d 'Say what is going on: off, idle, starting, recording, waiting, finishing'
