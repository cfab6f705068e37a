"""RHVoice (LGPL library, CMU-licensed English voices) through ctypes.

  tts = RHVoice("/path/to/bundle")          # one per process, made after fork
  samples, rate = tts.say("bdl", "Hello there.", random.Random(1))   # int16 array, Hz

Bundle: lib/libRHVoice.so, data/{languages,voices}, config/RHVoice.conf.
say() returns (None, 0) where there is nothing to speak.
"""
import ctypes as C
import os

import numpy as np

VOICES = ["bdl", "clb", "slt", "ksp", "alan"]

_SET_RATE = C.CFUNCTYPE(C.c_int, C.c_int, C.c_void_p)
_PLAY = C.CFUNCTYPE(C.c_int, C.POINTER(C.c_short), C.c_uint, C.c_void_p)


class _Callbacks(C.Structure):
    _fields_ = [("set_sample_rate", _SET_RATE), ("play_speech", _PLAY),
                ("process_mark", C.c_void_p), ("word_starts", C.c_void_p),
                ("word_ends", C.c_void_p), ("sentence_starts", C.c_void_p),
                ("sentence_ends", C.c_void_p), ("play_audio", C.c_void_p), ("done", C.c_void_p)]


class _Init(C.Structure):
    _fields_ = [("data_path", C.c_char_p), ("config_path", C.c_char_p),
                ("resource_paths", C.POINTER(C.c_char_p)), ("callbacks", _Callbacks),
                ("options", C.c_uint)]


class _Info(C.Structure):
    _fields_ = [("language", C.c_char_p), ("name", C.c_char_p), ("gender", C.c_int),
                ("country", C.c_char_p)]


class _Params(C.Structure):
    _fields_ = [("voice_profile", C.c_char_p),
                ("absolute_rate", C.c_double), ("absolute_pitch", C.c_double),
                ("absolute_volume", C.c_double),
                ("relative_rate", C.c_double), ("relative_pitch", C.c_double),
                ("relative_volume", C.c_double),
                ("punctuation_mode", C.c_int), ("punctuation_list", C.c_char_p),
                ("capitals_mode", C.c_int), ("flags", C.c_int)]


class RHVoice:
    def __init__(self, bundle_dir):
        d = os.path.abspath(bundle_dir)
        lib = self.lib = C.CDLL(os.path.join(d, "lib", "libRHVoice.so"))
        lib.RHVoice_new_tts_engine.restype = C.c_void_p
        lib.RHVoice_new_tts_engine.argtypes = [C.POINTER(_Init)]
        lib.RHVoice_delete_tts_engine.restype = None
        lib.RHVoice_delete_tts_engine.argtypes = [C.c_void_p]
        lib.RHVoice_new_message.restype = C.c_void_p
        lib.RHVoice_new_message.argtypes = [C.c_void_p, C.c_char_p, C.c_uint, C.c_int,
                                            C.POINTER(_Params), C.c_void_p]
        lib.RHVoice_delete_message.restype = None
        lib.RHVoice_delete_message.argtypes = [C.c_void_p]
        lib.RHVoice_speak.restype = C.c_int
        lib.RHVoice_speak.argtypes = [C.c_void_p]
        lib.RHVoice_get_number_of_voices.restype = C.c_uint
        lib.RHVoice_get_number_of_voices.argtypes = [C.c_void_p]
        lib.RHVoice_get_voices.restype = C.POINTER(_Info)
        lib.RHVoice_get_voices.argtypes = [C.c_void_p]
        self.rate, self.parts = 24000, []

        def set_rate(rate, user):
            self.rate = rate
            return 1

        def play(samples, n, user):
            if n:
                self.parts.append(C.string_at(samples, 2 * n))
            return 1
        cb = _Callbacks()
        cb.set_sample_rate, cb.play_speech = self._keep = (_SET_RATE(set_rate), _PLAY(play))
        self._init = _Init(os.path.join(d, "data").encode(), os.path.join(d, "config").encode(),
                           None, cb, 0)
        self.engine = lib.RHVoice_new_tts_engine(C.byref(self._init))
        if not self.engine:
            raise RuntimeError("RHVoice finds no voices under " + d)
        n, v = lib.RHVoice_get_number_of_voices(self.engine), lib.RHVoice_get_voices(self.engine)
        self.names = {v[i].name.decode().lower(): v[i].name for i in range(n)}

    def say(self, voice, text, r):
        rate = r.triangular(0.8, 1.25, 1.0)
        pitch = r.triangular(0.85, 1.2, 1.0)
        p = _Params(self.names[voice.lower()], 0, 0, 0, rate, pitch, 1.0, 1, None, 1, 0)
        data = text.encode("utf-8", "ignore").replace(b"\0", b" ")
        self.parts, x = [], None
        # punctuation_mode 1: never read out
        m = data and self.lib.RHVoice_new_message(self.engine, data, len(data), 0, C.byref(p), None)
        if m:
            try:
                self.lib.RHVoice_speak(m)
            finally:
                self.lib.RHVoice_delete_message(m)
        if self.parts:
            x = np.frombuffer(b"".join(self.parts), np.int16)
        self.parts = []
        return (x, self.rate) if x is not None else (None, 0)

    def close(self):
        if self.engine:
            self.lib.RHVoice_delete_tts_engine(self.engine)
            self.engine = None
