# SPDX-License-Identifier: Apache-2.0

# tacet_as_installed(): from here on this folder is compiled as `make` compiles what is installed,
# whatever else this build is for: optimised, without sanitizers and fault points.
macro(tacet_as_installed)
    foreach(kind COMPILE_OPTIONS COMPILE_DEFINITIONS LINK_OPTIONS)
        get_directory_property(options ${kind})
        list(FILTER options EXCLUDE REGEX "sanitize|frame-pointer|FAULT_POINTS|FORTIFY")
        set_directory_properties(PROPERTIES ${kind} "${options}")
    endforeach()
    string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
    set(CMAKE_C_FLAGS_${type} "${CMAKE_C_FLAGS_RELEASE} -g")
    add_compile_definitions(_FORTIFY_SOURCE=2)
    add_link_options(-Wl,-z,relro,-z,now)
endmacro()
